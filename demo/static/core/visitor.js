// Who this visitor is to the server: whoever starts a run steers it, also after a reload.

import { fill } from "./dom.js";

const KEY = "latent-studio-owner";
const SHAPE = /^[0-9a-f]{32}( \S{1,200})?$/;

const known = adopt(); // kept here as well: a browser may refuse to store anything

/** A token of this browser's own, and after a space the host's key if it was brought along. */
export function who() {
  return known;
}

/** What a server function that steers answered, as a sentence; "" when it did what was asked. */
export function complaint(answer, words) {
  if (answer?.refused) {
    const sentence = words[`panel.refused_${answer.refused}`] || answer.refused;
    return fill(sentence, answer.values || {});
  }
  return answer?.error || "";
}

// The host's own visit brings ?owner=KEY once; it leaves the address, which people copy and share.
function adopt() {
  let mine = stored();
  if (!SHAPE.test(mine)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    mine = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const address = new URL(location.href);
  const key = address.searchParams.get("owner");
  if (key !== null) {
    address.searchParams.delete("owner");
    history.replaceState(history.state, "", address);
    const brought = `${mine.slice(0, 32)} ${key.trim()}`;
    mine = SHAPE.test(brought) ? brought : mine.slice(0, 32);
  }
  try {
    localStorage.setItem(KEY, mine);
  } catch {
    // then it lasts as long as the page
  }
  return mine;
}

function stored() {
  try {
    return localStorage.getItem(KEY) || "";
  } catch {
    return "";
  }
}
