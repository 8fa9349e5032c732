// What the browser stores: the keyframes of Interpolate per model, keyframes sent to it by Explore,
// and the latent of Explore.

import { SESSION, read, readOwn, write } from "./storage.js";

const FIRST = [
  [7, 3],
  [21, 8],
  [4, 0],
  [12, 6],
  [33, 9],
]; // [seed, class] of the default loop
const store = (model) => `latent-studio.interpolate.${model}`;

// The loop that any tab of this browser stored last. What this tab shows is kept with its address.
export function recall(model) {
  const kept = read(store(model));
  return kept && typeof kept === "object" ? kept : {};
}

// Where storage is full or forbidden, a reload starts with the default loop.
export const remember = (model, thing) => write(store(model), thing);

// Return the latent of the Explore tab as a key, or null if there is none. Explore stores
// {seed, z, classes, scale}; versions without blends stored {seed, z, label}.
export function exploring(model, latent, limits) {
  try {
    const kept = readOwn(`latent-studio.explore.${model}`);
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

// Convert a class or a list of class weights to the fields of a key: {label} or {label, weights}; the
// label is then the strongest class, for models with other classes.
export function classOf(classes, limits) {
  if (!Array.isArray(classes)) return { label: Number.isInteger(classes) ? classes : 0 };
  if (!numbers(classes, limits.keyframe.class.weight)) return { label: 0 };
  return { label: classes.indexOf(Math.max(...classes)), weights: classes };
}

const numbers = (list, limit) =>
  Array.isArray(list) &&
  list.length > 0 &&
  list.every((x) => Number.isFinite(x) && Math.abs(x) <= limit);

// Return the valid fields of a key, or null.
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

/** Run `work` before the page closes and before a press on an export button is handled. */
export function before(actions, work) {
  addEventListener("pagehide", work);
  for (const press of ["pointerdown", "keydown"]) actions?.addEventListener(press, work, true);
}

/** Return the keyframes of the default loop. */
export const firstKeys = () => FIRST.map(([seed, label]) => ({ seed, label }));

/** Return the valid keyframes of stored ones, or the default loop if none is valid. */
export function goodKeys(given, limits) {
  const good = allTidied(given, limits).slice(0, limits.keys[1]);
  return good.length || (Array.isArray(given) && !given.length) ? good : firstKeys();
}

// --- keys on their way from Explore to Interpolate -------------------------------------------
// Interpolate may not be open yet, or show another model: keys wait in an inbox.

const SENT = "latent-studio:keyframe"; // the event
const INBOX = "latent-studio.interpolate.inbox";
const INBOX_MOST = 200;
const unstored = { inbox: [] }; // where the browser forbids storage

function readInbox() {
  const kept = read(INBOX, SESSION);
  return [...(Array.isArray(kept) ? kept : []), ...unstored.inbox];
}

function writeInbox(inbox) {
  unstored.inbox = write(INBOX, inbox, SESSION) ? [] : inbox;
}

/** Send a key {seed, label, z?, weights?} to the loop of `model`. */
export function sendKey(model, key) {
  writeInbox([...readInbox(), { model, key }].slice(-INBOX_MOST));
  window.dispatchEvent(new Event(SENT));
}

/** Remove and return this model's keys from the inbox. */
export function takeKeys(model, limits) {
  const inbox = readInbox();
  const mine = inbox.filter((one) => one?.model === model);
  if (mine.length) writeInbox(inbox.filter((one) => one?.model !== model));
  return allTidied(
    mine.map(({ key }) => key),
    limits,
  );
}

/** Call collect() when a key is sent and when `element` becomes visible. */
export function whenSent(element, collect) {
  new IntersectionObserver(collect).observe(element);
  addEventListener(SENT, collect);
}
