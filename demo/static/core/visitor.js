// The visitor's identity: the visitor who starts a run controls it, also after a reload.

import { fill } from "./dom.js";
import { readText, writeText } from "./storage.js";

const KEY = "latent-studio-owner";
const SHAPE = /^[0-9a-f]{32}( \S{1,200})?$/;

const known = readOwnerKey(); // also kept in memory: storage may be forbidden

/** Return this browser's token, followed by a space and the owner's key if there is one. */
export const who = () => known;

/** Return why a request was refused or not answered, as a sentence, or "". */
export function refusal(answer, words) {
  if (answer?.offline) return words["train.offline"];
  if (!answer?.refused) return answer?.error || "";
  const sentence = words[`panel.refused_${answer.refused}`] || answer.refused;
  return fill(sentence, answer.values || {});
}

// The owner opens the page once with ?owner=KEY; it is removed from the address, which people share.
function readOwnerKey() {
  let mine = readText(KEY) ?? "";
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
  writeText(KEY, mine);
  return mine;
}
