// Makes plans from keyframes and settings, and measures even speed: pictures
// along the path are drawn once for it, and reused when lengths, rests or easing change.

import { weightsOf } from "../../latent/class_weights.js";
import { latent } from "../../latent/latents.js";
import { FRAMES_PER_S } from "../../latent/motion.js";
import { Plan } from "../../latent/plan.js";
import { frameCount, rate } from "../settings.js";

const LANE = "even";
const PIECE = 32; // pictures per request: the playing clip is drawn in between
const SOON_MS = 300; // after the last edit that needs measuring
const AGAIN_MS = 20000; // a model in training changes every few seconds
const KEPT = 12;
const ARRAYS_KEPT = 1000;

/** `measured()` is called when a measurement has finished: plan again. */
export class Planner {
  constructor(engine, measured) {
    this.engine = engine;
    this.measured = measured;
    this.tables = new Map(); // what was measured -> its table of steps
    this.arrays = new Map(); // latents and class weights of keys: the same ones make planning cheap
    this.last = null;
    this.age = 0; // of the weights
    this.now = null; // what is being measured
  }

  /** Return a key's latent, Float32Array(z_dim): its own, or that of its seed. */
  home({ seed, z }, { z_dim }) {
    return this.array(["z", z ?? seed, z_dim], () =>
      z ? Float32Array.from(z) : latent(seed, z_dim),
    );
  }

  /** Return a key's class weights, or null for a model without classes. */
  classes({ weights, label }, { classes }) {
    if (!classes) return null;
    const chosen = weights ?? label;
    return this.array(["classes", chosen, classes], () => weightsOf(chosen, classes));
  }

  array(id, make) {
    const name = JSON.stringify(id);
    if (this.arrays.size > ARRAYS_KEPT) this.arrays.clear();
    if (!this.arrays.has(name)) this.arrays.set(name, make());
    return this.arrays.get(name);
  }

  /** Return the plan of these fitted keys. Throws PlanError; its message is the key of a text. */
  make(keys, settings, about) {
    const { path, closed, wander, even, tiles } = settings;
    const given = {
      ...settings,
      keys: keys.map((key) => ({
        ...key,
        z: this.home(key, about),
        classes: this.classes(key, about),
      })),
      frames: frameCount(settings),
      motion: about.motion,
      pace: (settings.motion * FRAMES_PER_S) / rate(settings),
    };
    const points = keys.map(({ seed, z, label, weights }) => [z ?? seed, weights ?? label]);
    const way = [path, closed, path === "walk" && wander];
    const id = JSON.stringify([about.model, points, way, tiles]);
    const steps = even ? this.tables.get(id)?.steps : undefined;
    const plan = new Plan({ ...given, steps, before: this.last });
    this.last = plan;
    if (even && !this.fresh(this.tables.get(id))) this.measure(id, given, about);
    else this.stop();
    return plan;
  }

  /** The weights have changed: earlier measurements are used until new ones finish. */
  renew() {
    this.age += 1;
  }

  fresh(table) {
    return table && (table.age === this.age || performance.now() - table.at < AGAIN_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.now = null;
  }

  measure(id, given, about) {
    if (this.now === id) return;
    this.stop();
    this.now = id;
    this.timer = setTimeout(async () => {
      const { age } = this;
      const plan = new Plan(given); // one without measurements
      const pictures = await this.draw(plan.probes(), about, id).catch(() => null);
      if (this.now !== id) return;
      this.now = null;
      if (!pictures) return; // keep the latent timing
      if (this.tables.size >= KEPT) this.tables.delete(this.tables.keys().next().value);
      const { steps } = plan.retime(pictures);
      this.tables.set(id, { steps, age, at: performance.now() });
      this.measured();
    }, SOON_MS);
  }

  /** Draw the pictures of the probes; null if another measurement was started meanwhile. */
  async draw({ zs, weights }, { model }, id) {
    let whole = null;
    for (let from = 0; from < zs.length; from += PIECE) {
      if (this.now !== id) return null;
      const labels = weights.slice(from, from + PIECE);
      const part = await this.engine.draw(model, zs.slice(from, from + PIECE), labels, LANE);
      if (!part) return null;
      const size = part.h * part.w * part.c;
      whole ??= { ...part, count: zs.length, pixels: new Uint8Array(zs.length * size) };
      whole.pixels.set(part.pixels, from * size);
    }
    return whole;
  }
}
