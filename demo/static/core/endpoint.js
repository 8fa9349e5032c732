// Calls of a panel's server functions, with refusals and connection errors as sentences.

import { refusal, who } from "./visitor.js";

/**
 * Return a function (name, payload) that resolves to the answer and its `sentence`: why it was refused,
 * in the page's `words`, or "". `{offline: true, sentence}` where there is no answer.
 */
export function endpoint(server, words) {
  return async (name, payload = {}) => {
    let answer = null;
    try {
      answer = await server[name]({ who: who(), ...payload });
    } catch {
      // handled below; Gradio answers nothing when the server function failed
    }
    answer ??= { offline: true };
    return { ...answer, sentence: refusal(answer, words) };
  };
}
