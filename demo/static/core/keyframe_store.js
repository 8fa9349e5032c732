// What the browser keeps: Interpolate's keyframes, one set for each model, those on their way to
// it, and Explore's latent.

import { read, write } from "./storage.js";

const TAB = '[role="tab"][data-tab-id="interpolate"]'; // Gradio's button for it
const FIRST = [
  [7, 3],
  [21, 8],
  [4, 0],
  [12, 6],
  [33, 9],
]; // [seed, class] of the ready loop
const store = (model) => `latent-studio.interpolate.${model}`;

export function recall(model) {
  const kept = read(store(model));
  return kept && typeof kept === "object" ? kept : {};
}

// A full or forbidden store only means that a reload starts afresh.
export const remember = (model, thing) => write(store(model), thing);

// What the Explore tab shows with this model, as a key; null if it was never open. Explore keeps
// {seed, z, classes, scale}; before it knew blends it kept {seed, z, label}.
export function exploring(model, latent, limits) {
  try {
    const kept = read(`latent-studio.explore.${model}`);
    const { seed, z, classes = kept.label, scale = 1 } = kept;
    const fine = Array.isArray(z) && [...z, scale].every(Number.isFinite);
    if (!Number.isInteger(seed) || !fine) return null;
    const key = { seed, ...classOf(classes, limits) };
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
export function classOf(classes, limits) {
  if (!Array.isArray(classes)) return { label: Number.isInteger(classes) ? classes : 0 };
  if (!numbers(classes, limits.keyframe.class.weight)) return { label: 0 };
  return { label: classes.indexOf(Math.max(...classes)), weights: classes };
}

const numbers = (list, limit) =>
  Array.isArray(list) &&
  list.length > 0 &&
  list.every((x) => Number.isFinite(x) && Math.abs(x) <= limit);

// A key with all that is right of it, or null.
function tidied({ seed, label, z, weights, hold, length }, { keyframe: limits }) {
  const seeded = Number.isInteger(seed) && seed >= 0 && seed <= limits.seed.high;
  const placed = numbers(z, limits.z.limit);
  if (!(Number.isInteger(label) && label >= 0) || !(seeded || placed)) return null;
  const key = { seed: seeded ? seed : 0, label };
  if (placed) key.z = z;
  if (numbers(weights, limits.class.weight)) key.weights = weights;
  if (hold > 0 && hold <= limits.hold.high) key.hold = hold;
  if (length >= limits.length.low && length <= limits.length.high) key.length = length;
  return key;
}

const allTidied = (given, limits) =>
  (Array.isArray(given) ? given : []).map((key) => tidied(key ?? {}, limits)).filter((key) => key);

/** Do `work` before somebody leaves, and before a press on the export takes what is there. */
export function before(actions, work) {
  addEventListener("pagehide", work);
  for (const press of ["pointerdown", "keydown"]) actions?.addEventListener(press, work, true);
}

/** The keyframes of the loop that is there before anybody has made one. */
export const firstKeys = () => FIRST.map(([seed, label]) => ({ seed, label }));

/** The keyframes among what was stored; the ready loop where nothing is right. */
export function goodKeys(given, limits) {
  const good = allTidied(given, limits).slice(0, limits.keys[1]);
  return good.length || (Array.isArray(given) && !given.length) ? good : firstKeys();
}

/** Show the Interpolate tab, perhaps for the first time, when the address names a clip. */
export function followLinks() {
  const look = () => {
    const tab = /** @type {HTMLElement | null} */ (document.querySelector(TAB));
    if (location.hash.startsWith("#clip=")) tab?.click();
  };
  look();
  addEventListener("hashchange", look);
}

// --- keys on their way from Explore to Interpolate -------------------------------------------
// Interpolate may not have been opened yet, or show another model: keys wait in an inbox.

const SENT = "latent-studio:keyframe"; // the event that tells of it
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
export function takeKeys(model, limits) {
  const inbox = readInbox();
  const mine = inbox.filter((one) => one?.model === model);
  if (mine.length) writeInbox(inbox.filter((one) => one?.model !== model));
  return allTidied(
    mine.map(({ key }) => key),
    limits,
  );
}

/** Call collect() when keys may have come: one was sent, or `element` is seen. */
export function whenSent(element, collect) {
  new IntersectionObserver(collect).observe(element);
  addEventListener(SENT, collect);
}
