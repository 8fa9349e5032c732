// Calls of a panel's server functions, with refusals and connection errors as sentences.

import { refusal, who } from "./visitor.js";

/**
 * Return a function (name, payload) that resolves to the answer and its `sentence`: why it was refused,
 * in the page's `words`, or "". `{offline: true, sentence}` where there is no answer.
 */
export function endpoint(server, words) {
  return async (name, payload = {}) => {
    try {
      const answer = await server[name]({ who: who(), ...payload });
      if (answer) return { ...answer, sentence: refusal(answer, words) };
    } catch {
      // handled below; Gradio answers nothing when the server function failed
    }
    return { offline: true, sentence: words["train.offline"] };
  };
}

/** Notify all training views of a change. */
export function changed() {
  for (const name of ["ls:train", "ls:state"]) document.dispatchEvent(new Event(name));
}
