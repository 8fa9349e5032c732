// A panel that needs a model of the Hugging Face Hub asks for it here; hub/index.js hears it.

let heard = null;
let waiting = null;

/** "owner/name" of a model's id, or null for one that is not of the Hub; gan/hub/names.py. */
export const hubName = (model) => (model.startsWith("hub:") ? model.slice(4) : null);

/** Offer the visitor to open a model of the Hub, and call then() once it is on the server. */
export function askHub(model, then) {
  const name = hubName(model);
  if (name === null) return;
  waiting = { name, then };
  heard?.(waiting);
}

/** Be told of what is asked for, {name, then}; what was asked before anybody heard comes at once. */
export function onAsk(hears) {
  heard = hears;
  if (waiting) heard(waiting);
}
