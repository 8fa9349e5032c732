// The visitor's identity: the visitor who starts a run controls it, also after a reload.

import { fill } from "./dom.js";
import { readText, writeText } from "./storage.js";

/** The header of a request that says who asks; see demo/endpoint.py. */
export const HEADER = "x-studio-who";

const KEY = "latent-studio-owner";
const TOKEN_LENGTH = 32;
const SHAPE = /^[0-9a-f]{32}( \S{1,200})?$/;

let silence = () => {}; // a request got no answer
let known = readOwnerKey(); // also kept in memory: storage may be forbidden
signRequests();

/** Return this browser's token, followed by a space and the owner's key if there is one. */
export const who = () => known;

/** Return the value of the header. */
export const identify = () => encodeURIComponent(known);

/** Call listener() when the server may be gone. */
export function onSilence(listener) {
  silence = listener;
}

/** Return why a request was refused or not answered, as a sentence, or "". */
export function refusal(answer, words) {
  if (answer?.offline) return words["train.offline"];
  if (!answer?.refused) return answer?.error || "";
  const sentence = words[`panel.refused_${answer.refused}`] || answer.refused;
  return fill(sentence, answer.values || {});
}

// Requests to this server say who asks, those of Gradio's client too: a private run is shown to its
// owner only.
function signRequests() {
  const send = globalThis.fetch;
  globalThis.fetch = async (resource, options) => {
    const request = new Request(resource, options);
    if (new URL(request.url).origin !== location.origin) return send(request);
    request.headers.set(HEADER, identify());
    const response = await send(request).catch((error) => {
      if (error.name !== "AbortError") silence();
      throw error;
    });
    if (response.headers.get("x-studio-key")) remember(known.slice(0, TOKEN_LENGTH)); // wrong key
    return response;
  };
}

function remember(mine) {
  known = mine;
  writeText(KEY, mine);
}

// The owner opens the page once with #owner=KEY, which no server logs, unlike a query. It is removed
// from the address, which people share.
function readOwnerKey() {
  let mine = readText(KEY) ?? "";
  if (!SHAPE.test(mine)) {
    const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_LENGTH / 2));
    mine = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const address = new URL(location.href);
  const parts = new URLSearchParams(address.hash.slice(1));
  const key = parts.get("owner");
  if (key !== null) {
    parts.delete("owner");
    address.hash = parts.toString();
    history.replaceState(history.state, "", address);
    const brought = `${mine.slice(0, TOKEN_LENGTH)} ${key.trim()}`;
    mine = SHAPE.test(brought) ? brought : mine.slice(0, TOKEN_LENGTH);
  }
  writeText(KEY, mine);
  return mine;
}
