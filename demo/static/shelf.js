// What a browser remembers of a model's latent between two visits, in localStorage.

const SOON_MS = 200;

/** Keeps {seed, z, label} under a model's id; without storage it quietly keeps nothing. */
export class Shelf {
  constructor(prefix) {
    this.prefix = prefix;
    this.timer = 0;
    this.last = null;
    window.addEventListener("pagehide", () => this.flush());
  }

  /** Remember soon: a drag is many states and one write. */
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
    try {
      const text = JSON.stringify({ ...state, z: Array.from(state.z) });
      localStorage.setItem(this.prefix + model, text);
    } catch { /* storage is full or forbidden; the page works without */ }
  }

  /** The remembered state of a model with latents of this length, or null. */
  find(model, zDim, seedMax) {
    try {
      const { seed, z, label } = JSON.parse(localStorage.getItem(this.prefix + model));
      const fine = Number.isInteger(seed) && seed >= 0 && seed <= seedMax && z.length === zDim &&
        z.every((x) => Math.abs(x) < 100);
      return fine ? { seed, z: Float32Array.from(z), label } : null;
    } catch {
      return null;
    }
  }
}
