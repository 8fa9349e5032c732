// The state of the Explore tab and its undo history.

import { History } from "../core/history.js";
import { latent, SEED_MAX } from "../latent/latents.js";
import { dot, blend, basis, within, without } from "../latent/vectors.js";

const HISTORY_MAX = 200;
const ONE_MOVE_MS = 1000; // changes of one drag closer in time are undone together
const HELD = 0.05; // a direction does not move if locks leave less of it

/**
 * The state {seed, z, classes, scale}, replaced as a whole, never mutated.
 *
 * `z` Float32Array; `classes` a number or a list of class weights; `scale` multiplies z in all
 * that is drawn. `onchange(state, key)` is called after every change.
 */
export class LatentStore extends History {
  locked = []; // an orthonormal basis of the locked directions

  constructor(onchange) {
    // a search is one step, however long it takes
    super(onchange, HISTORY_MAX, (key, ms) => ms < ONE_MOVE_MS || key.startsWith("find:"));
  }

  /** Set the latent of a seed, keeping the locked coordinates. */
  setSeed(seed) {
    const fresh = latent(seed, this.state.z.length);
    const kept = within(blend(1, this.state.z, -1, fresh), this.locked);
    this.go({ seed, z: this.locked.length ? blend(1, fresh, 1, kept) : fresh });
  }

  /** Move along a unit axis to the coordinate `value`, without moving along locked directions. */
  slide(axis, value, key) {
    const free = without(axis, this.locked);
    const gain = dot(free, axis);
    if (gain < HELD) return;
    const { z } = this.state;
    this.go({ z: blend(1, z, (value - dot(axis, z)) / gain, free) }, key);
  }

  lock(axes) {
    this.locked = basis(axes);
  }

  /** Whether z is no longer the latent of its seed. */
  moved() {
    const home = latent(this.state.seed, this.state.z.length);
    return this.state.z.some((x, i) => Math.abs(x - home[i]) > 1e-4);
  }
}

/** Return a valid state {seed, z, classes, scale} for a model from a stored and a previous one. */
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

/** Whether a class number or a list of class weights is valid for a model with `count` classes. */
export function fitsClasses(classes, count) {
  if (Array.isArray(classes)) return classes.length === count && count > 0;
  return Number.isInteger(classes) && classes >= 0 && classes < Math.max(1, count);
}
