// Requests of panels for a model of the Hugging Face Hub, which hub/index.js handles.

let listener = null;
let waiting = null;

/** Return "owner/name" of a Hub model's id, or null for other models; see gan/hub/names.py. */
export const hubName = (model) => (model.startsWith("hub:") ? model.slice(4) : null);

/** Offer to open a model of the Hub; call then() once the server has it. */
export function askHub(model, then) {
  const name = hubName(model);
  if (name === null) return;
  waiting = { name, then };
  listener?.(waiting);
}

/** Set the handler of requests {name, then}; a request that is waiting is passed on at once. */
export function onAsk(onRequest) {
  listener = onRequest;
  if (waiting) listener(waiting);
}
