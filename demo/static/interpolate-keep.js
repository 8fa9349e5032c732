// What the browser keeps: Interpolate's keyframes, one set for each model, those on their way to
// it, and Explore's latent.

const { read, write } = await import("./shelf.js" + new URL(import.meta.url).search);

const FIRST = [[7, 3], [21, 8], [4, 0], [12, 6], [33, 9]]; // [seed, class] of the ready loop
const store = (model) => `latent-studio.interpolate.${model}`;

export function recall(model) {
  const kept = read(store(model));
  return kept && typeof kept === "object" ? kept : {};
}

// A full or forbidden store only means that a reload starts afresh.
export const remember = (model, thing) => write(store(model), thing);

// What the Explore tab shows with this model, as a key; null if it was never open. Explore keeps
// {seed, z, classes, scale}; before it knew blends it kept {seed, z, label}.
export function exploring(model, latent) {
  try {
    const kept = read(`latent-studio.explore.${model}`);
    const { seed, z, classes = kept.label, scale = 1 } = kept;
    const fine = Array.isArray(z) && [...z, scale].every(Number.isFinite);
    if (!Number.isInteger(seed) || !fine) return null;
    const key = { seed, ...classOf(classes) };
    const home = latent(seed, z.length);
    const scaled = z.map((x) => scale * x);
    const moved = scaled.some((x, i) => Math.abs(x - home[i]) > 1e-4);
    return moved ? { ...key, z: scaled.map((x) => Math.round(x * 1e4) / 1e4) } : key;
  } catch {
    return null;
  }
}

// A class, or a list of class weights, as a key has it: {label} or {label, weights}, the label
// then being the strongest class, for models that have other classes.
export function classOf(classes) {
  if (!Array.isArray(classes)) return { label: Number.isInteger(classes) ? classes : 0 };
  if (!goodWeights(classes)) return { label: 0 };
  return { label: classes.indexOf(Math.max(...classes)), weights: classes };
}

function goodWeights(weights) {
  return Array.isArray(weights) && weights.length > 0 &&
    weights.every((x) => Number.isFinite(x) && Math.abs(x) <= 10);
}

// The keys among them, as far as they are right.
function tidied(given) {
  return (Array.isArray(given) ? given : [])
    .filter((key) => Number.isInteger(key?.label) &&
      (Number.isInteger(key.seed) || Array.isArray(key.z)))
    .map(({ weights, ...key }) => (goodWeights(weights) ? { ...key, weights } : key));
}

export function goodKeys(given) {
  const good = tidied(given);
  return good.length >= 2 ? good.slice(0, 64) : FIRST.map(([seed, label]) => ({ seed, label }));
}

// --- keys on their way from Explore to Interpolate -------------------------------------------
// Interpolate may not have been opened yet, or show another model: keys wait in an inbox.

export const SENT = "latent-studio:keyframe"; // the event that tells of it
const INBOX = "latent-studio.interpolate.inbox";
const INBOX_MOST = 200;
const unstored = { inbox: [] }; // where the browser forbids storage

function readInbox() {
  const kept = read(INBOX);
  return [...(Array.isArray(kept) ? kept : []), ...unstored.inbox];
}

function writeInbox(inbox) {
  unstored.inbox = write(INBOX, inbox) ? [] : inbox;
}

/** Send a key {seed, label, z?, weights?} to the loop of `model`. */
export function sendKey(model, key) {
  writeInbox([...readInbox(), { model, key }].slice(-INBOX_MOST));
  window.dispatchEvent(new Event(SENT));
}

/** Take this model's keys out of the inbox; those for other models go on waiting. */
export function takeKeys(model) {
  const inbox = readInbox();
  const mine = inbox.filter((one) => one?.model === model);
  if (mine.length) writeInbox(inbox.filter((one) => one?.model !== model));
  return tidied(mine.map(({ key }) => key));
}
