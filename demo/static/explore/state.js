// What a visitor steers, and every move of it that can be undone. No picture is drawn here.

import { History } from "../core/history.js";
import { latent, SEED_MAX } from "../latent/latents.js";
import { dot, blend, basis, within, without } from "../latent/vectors.js";

const HISTORY_MAX = 200;
const ONE_MOVE_MS = 1000; // steps of one drag nearer in time than this are undone together
const HELD = 0.05; // a direction that locks leave less of than this does not move at all

/**
 * The state {seed, z, classes, scale}, replaced whole, never changed inside.
 *
 * `z` Float32Array; `classes` a number or a list of class weights; `scale` multiplies z in all
 * that is drawn. `onchange(state, why)` is called after every move.
 */
export class Store extends History {
  locked = []; // an orthonormal basis of the locked directions

  constructor(onchange) {
    // a search is one step, however long it takes
    super(onchange, HISTORY_MAX, (key, ms) => ms < ONE_MOVE_MS || key.startsWith("find:"));
  }

  /** The latent of a seed; what is locked stays. */
  sow(seed) {
    const fresh = latent(seed, this.state.z.length);
    const kept = within(blend(1, this.state.z, -1, fresh), this.locked);
    this.go({ seed, z: this.locked.length ? blend(1, fresh, 1, kept) : fresh });
  }

  /** Move along a unit axis to the coordinate `value`, and along nothing that is locked. */
  slide(axis, value, key) {
    const free = without(axis, this.locked);
    const gain = dot(free, axis);
    if (gain < HELD) return;
    const { z } = this.state;
    this.go({ z: blend(1, z, (value - dot(axis, z)) / gain, free) }, key);
  }

  /** Hold these axes where they are. */
  lock(axes) {
    this.locked = basis(axes);
  }

  /** Whether z is no longer the latent of its seed. */
  moved() {
    const home = latent(this.state.seed, this.state.z.length);
    return this.state.z.some((x, i) => Math.abs(x - home[i]) > 1e-4);
  }
}

/** {seed, z, classes, scale} made fit for a model, whatever another model or a visitor left. */
export function fitted(model, kept, before) {
  const seed = kept?.seed ?? before?.seed ?? model.first.seed;
  const z = [kept?.z, before?.z].find((known) => known?.length === model.z_dim);
  const known = [kept?.classes, before?.classes].find((c) => fitsClasses(c, model.classes));
  return {
    seed: Math.min(Math.max(0, seed), SEED_MAX),
    z: z ?? latent(seed, model.z_dim),
    classes: known ?? 0,
    scale: kept?.scale ?? before?.scale ?? 1,
  };
}

/** Whether a class number or a list of class weights can be asked of a model. */
export function fitsClasses(classes, count) {
  if (Array.isArray(classes)) return classes.length === count && count > 0;
  return Number.isInteger(classes) && classes >= 0 && classes < Math.max(1, count);
}
