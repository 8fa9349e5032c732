// The server functions of a panel, for visitors who may be refused and servers that may be away.

import { complaint, who } from "./visitor.js";

/**
 * A function (name, payload) that resolves to the answer with its `sentence`: why nothing was done,
 * in the page's `words`, or "". `{offline: true, sentence}` where there is no answer.
 */
export function endpoint(server, words) {
  return async (name, payload = {}) => {
    try {
      const answer = await server[name]({ who: who(), ...payload });
      if (answer) return { ...answer, sentence: complaint(answer, words) };
    } catch {
      // said below; Gradio answers nothing at all where the server failed
    }
    return { offline: true, sentence: words["train.offline"] };
  };
}

/** Tell all views of a training at once that something was done to it. */
export function changed() {
  for (const name of ["ls:train", "ls:state"]) document.dispatchEvent(new Event(name));
}
