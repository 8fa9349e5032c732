// Texts and JSON in localStorage, or in sessionStorage, which a reload keeps but no other tab of the
// browser has.

/** Where values are kept. */
export const LOCAL = "localStorage";
export const SESSION = "sessionStorage";
const SOON_MS = 200;

/** Stores {seed, z, classes, scale} per model id; does nothing where storage is forbidden. */
export class StoredState {
  constructor(prefix) {
    this.prefix = prefix;
    this.timer = 0;
    this.last = null;
    window.addEventListener("pagehide", () => this.flush());
  }

  /** Store a state soon: one write for the many states of a drag. */
  keep(model, state) {
    if (this.last && this.last.model !== model) this.flush();
    this.last = { model, state };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SOON_MS);
  }

  flush() {
    clearTimeout(this.timer);
    if (!this.last) return;
    const { model, state } = this.last;
    this.last = null;
    writeOwn(this.prefix + model, { ...state, z: Array.from(state.z) });
  }

  /** Return the stored state of a model with latents of this length, or null. */
  find(model, zDim, seedMax) {
    return validPicture(readOwn(this.prefix + model), zDim, seedMax);
  }
}

/** Return the state in foreign JSON if it is valid for latents of this length, else null. */
export function validPicture(kept, zDim, seedMax) {
  const { seed, z, label, classes = label, scale = 1 } = kept ?? {};
  const numbers = (list, most) =>
    Array.isArray(list) && list.every((x) => Number.isFinite(x) && Math.abs(x) <= most);
  const fine =
    Number.isInteger(seed) &&
    seed >= 0 &&
    seed <= seedMax &&
    z?.length === zDim &&
    numbers(z, 100) &&
    (Number.isInteger(classes) || numbers(classes, 10)) &&
    scale >= 0 &&
    scale <= 3;
  return fine ? { seed, z: Float32Array.from(z), classes, scale } : null;
}

/** As `read`: what this tab stored, else what any tab of this browser stored last. */
export const readOwn = (key) => read(key, SESSION) ?? read(key);

/** Store JSON for this tab, whose reload reads it, and for tabs that are opened later. */
export function writeOwn(key, value) {
  write(key, value, SESSION);
  return write(key, value);
}

/** Return the JSON under a key, or null if there is none, it is damaged, or storage is forbidden. */
export function read(key, place = LOCAL) {
  try {
    return JSON.parse(readText(key, place));
  } catch {
    return null;
  }
}

/** Store JSON; return whether it was stored: storage may be full or forbidden. */
export const write = (key, value, place = LOCAL) => writeText(key, JSON.stringify(value), place);

/** Return the text under a key, or null. */
export function readText(key, place = LOCAL) {
  try {
    return window[place].getItem(key);
  } catch {
    return null;
  }
}

/** Store a text; return whether it was stored. */
export function writeText(key, text, place = LOCAL) {
  try {
    window[place].setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
