// The plan of a clip: the latent of every frame, computed on demand. The twin of
// gan/latent/plan.py.

import { blend, makeCurve } from "./curves.js";
import { evenness, rms } from "./loop_metrics.js";
import { motionSize, moved } from "./motion.js";
import { variation, tile } from "./tiles.js";
import * as timing from "./timing.js";
import { norm } from "./vectors.js";

const PROBES = 256; // pictures drawn, at least, to measure a clip in image space
const LATENT_SHARE = 0.05; // of the mean image step, distributed by latent length

/** A curve with the classes of its keys: the parts of a clip that do not depend on its timing. */
class Way {
  constructor(path, keys, closed, wander, motion) {
    this.made = identity(path, keys, closed, wander, motion);
    /** Of a latent: how many of its numbers follow the curve. */
    this.content = (keys[0]?.z.length ?? 0) - motionSize(motion);
    const zs = keys.map(({ z }) => z.subarray(0, this.content));
    this.curve = makeCurve(path, zs, { closed, wander, still: Boolean(motion) });
    /** The motion of the first key at the beginning, that of all measured pictures. */
    this.motion = keys[0].z.subarray(this.content);
    const classed = keys.every(({ classes }) => classes?.length);
    this.classes = classed ? keys.map(({ classes }) => new Float64Array(classes)) : null;
    this.tables = new Map();
    /** Parts of a segment, in the table of image steps. */
    this.parts = Math.max(8, Math.ceil(PROBES / this.curve.segments));
  }

  is(...given) {
    const wanted = identity(...given);
    return wanted.length === this.made.length && wanted.every((one, i) => one === this.made[i]);
  }

  latentSteps(parts = timing.PARTS) {
    if (!this.tables.has(parts)) {
      this.tables.set(parts, timing.arcs(this.curve, this.classes, parts));
    }
    return this.tables.get(parts);
  }

  /** The latent of a content, with a motion: Float32Array(d). */
  latent(content, motion = this.motion) {
    const z = new Float32Array(this.content + motion.length);
    z.set(content);
    z.set(motion, this.content);
    return z;
  }

  weights(u) {
    return this.classes && new Float32Array(blend(this.classes, u, this.curve.closed));
  }
}

// The arrays of the keys themselves: the objects that hold them may change.
const identity = (path, keys, closed, wander, motion) => [
  path,
  closed,
  wander,
  motion,
  ...keys.flatMap(({ z, classes }) => [z, classes]),
];

export class Plan {
  /**
   * Of {keys: [{z, classes, hold, length}], path, closed, wander, easing, even, back, tiles,
   * frames}, as in a clip's recipe; classes: weights, null without any. `motion`: of a model of
   * clips, else null; `pace`: how far the motion goes on in a frame. Throws PlanError.
   *
   * `even`: timed by pictures, which are measured by `probes` and `retime`; until then, by
   * latents. `before`: an earlier plan, of which all is taken over that still holds: it makes a
   * drag cheap where the arrays of its keys are the very same. `steps`: those of a plan that
   * `retime` made for the same keys, path, wander and tiles, if there is no such plan.
   */
  constructor(given) {
    const { keys, path = "spline", closed = true, wander = 0, easing = "none" } = given;
    const { even = false, back = false, tiles = 1, frames, steps, before, ...rest } = given;
    const { motion = null, pace = 0 } = given;
    this.given = { ...rest, even, back, tiles, frames };
    const kept = before?.way.is(path, keys, closed, wander, motion);
    this.way = kept ? before.way : new Way(path, keys, closed, wander, motion);
    this.variations = kept ? before.variations : [];
    const { curve } = this.way;
    /** Whether the last frame leads to the first. */
    this.closes = curve.closed || back;
    this.tiles = tiles;
    this.pace = motion ? pace : 0;
    const measured = steps ?? (kept && before.tiles === tiles ? before.steps : null);
    const fits = measured?.length === curve.segments * this.way.parts;
    /** The measured image steps, Float64Array, or null. */
    this.steps = fits ? measured : null;
    const { u, starts } = timing.positions(frames, this.table(even, back), {
      segments: curve.segments,
      lengths: keys.map(({ length }) => length ?? 1),
      holds: keys.map(({ hold }) => hold ?? 0),
      easing,
      closed: curve.closed,
      back,
    });
    this.u = u;
    /** When each key is reached, in 0..1 of the clip's time. */
    this.keyTimes = starts;
  }

  table(even, back) {
    const { way, steps } = this;
    const latent = way.latentSteps(); // also raises PlanError for latents next to zero
    if (!even || !steps) return latent;
    return this.closes ? timing.calmSeam(steps, way.latentSteps(way.parts), back) : steps;
  }

  /** The keys as the clip passes them, with the motion of its beginning: Float32Array(d) each. */
  get anchors() {
    return this.way.curve.anchors.map((content) => this.way.latent(content));
  }

  /** Frames. */
  get count() {
    return this.u.length;
  }

  /** The latent of frame i in loop `index` of tiles x tiles, Float32Array(d). */
  z(i, index = 0) {
    return this.tiled(this.way.latent(this.way.curve.at(this.u[i]), this.motion(i)), index);
  }

  /** The motion of frame i; see gan/recipes/render.py. */
  motion(i) {
    const { pace, way, closes, count, given } = this;
    if (!pace) return way.motion;
    const z = given.keys[0].z;
    return moved(given.motion, z, i * pace, closes ? count * pace : 0).subarray(way.content);
  }

  /** The class weights of frame i, Float32Array, or null. */
  weights(i) {
    return this.way.weights(this.u[i]);
  }

  tiled(z, index) {
    this.variations[index] ??= { made: variation(index, this.way.content) };
    return tile(z, this.variations[index].made);
  }

  /**
   * {zs, weights} of the pictures that `retime` needs, one row for each: all loops of one place,
   * then those of the next. Empty where the clip is timed by its latents or was measured already;
   * weights empty where there are no classes.
   */
  probes() {
    const [zs, weights] = [[], []];
    const { way, tiles } = this;
    const still = this.given.motion && this.given.keys.length === 1;
    if (!this.given.even || this.steps || still) return { zs, weights };
    for (const u of timing.grid(way.curve, way.parts)) {
      const z = way.latent(way.curve.at(u));
      const classes = way.weights(u);
      for (let index = 0; index < tiles * tiles; index += 1) {
        zs.push(this.tiled(z, index));
        if (classes) weights.push(classes);
      }
    }
    return { zs, weights };
  }

  /** A new Plan timed by the pictures {h, w, c, count, pixels} of all `probes`, in their order. */
  retime({ h, w, c, count, pixels }) {
    const { way, tiles } = this;
    const size = tiles * tiles * h * w * c;
    const places = count / (tiles * tiles);
    const image = new Float64Array(way.curve.closed ? places : places - 1);
    const picture = (i) => pixels.subarray(i * size, (i + 1) * size);
    for (let i = 0; i < image.length; i += 1) {
      image[i] = rms(picture(i), picture((i + 1) % places));
    }
    const share = (steps) => {
      const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
      return steps.map((step) => step / (mean || 1));
    };
    const ways = share(way.latentSteps(way.parts));
    const steps = share(image).map((step, i) => step + LATENT_SHARE * ways[i]);
    return new Plan({ ...this.given, steps, before: this });
  }

  /**
   * {seam, jump, norm_min, norm_max}: the closing step over the median moving one (null where the
   * clip does not close), the largest over it, and the latents' norms as shares of sqrt(d).
   */
  figures() {
    const { curve, classes } = this.way;
    const d = this.way.content;
    let [low, high] = [Infinity, 0];
    const steps = timing.stepsAlong(curve, classes, this.u, this.count, (z) => {
      const size = norm(z) / Math.sqrt(d);
      [low, high] = [Math.min(low, size), Math.max(high, size)];
    });
    return { ...evenness(steps, this.closes, d), norm_min: low, norm_max: high };
  }
}
