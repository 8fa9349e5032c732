// The pictures of a clip, drawn ahead of the playhead and cached.
//
// A model that draws slower than the clip plays is drawn coarsely first, every second or fourth
// frame, and then in between: the clip moves at once and becomes smooth.

import { evenness, rms } from "../../latent/loop_metrics.js";

const LANE = "clip";
const REQUEST_MS = 60; // of drawing in one request: the longest wait of an edit
const REQUEST_MOST = 60; // pictures, as many as the server draws at once
const STRIDE_MOST = 16;
const KEPT_BYTES = 128e6;
const RETRY_MS = 4000;
const COMPARED_BYTES = 30e6; // pictures compared within one or two frame times

/**
 * `on` has arrived(indices), failed(error), drawn(): all are drawn, and position(): the frame at the
 * playhead.
 */
export class Frames {
  constructor(engine, on) {
    this.engine = engine;
    this.on = on;
    this.made = new Map(); // frame -> {pixels, h, w, c, turn, age}
    this.turn = 0; // counts plans: pictures of earlier plans are not shown
    this.age = 0; // counts weights: older pictures are shown until there are newer ones
    this.frame_ms = 8; // to draw one frame, as measured
    this.busy = false;
    this.plan = null;
  }

  /** Draw this plan from now on; `tiles` x `tiles` loops, `period` ms of one frame. */
  use(model, plan, tiles, period) {
    this.turn += 1;
    this.made.clear();
    this.model = model;
    this.plan = plan;
    this.pictures = tiles * tiles;
    this.period = period;
    this.pump();
  }

  renew() {
    this.age += 1;
    this.pump();
  }

  /** Return frame `index`, or in a coarse pass the last one before it. */
  at(index) {
    const { count, closes } = this.plan;
    for (let back = 0; back < Math.min(STRIDE_MOST, count); back += 1) {
      const i = index - back;
      if (i < 0 && !closes) return null;
      const entry = this.made.get((i + count) % count);
      if (entry) return entry;
    }
    return null;
  }

  /** Return {seam, jump} of the pictures; null until all are drawn, or if there are too many. */
  evenness() {
    const { count, closes } = this.plan;
    const all = Array.from({ length: count }, (_, i) => this.made.get(i));
    if (!all.every((one) => one?.age === this.age)) return null;
    if (count * all[0].pixels.length > COMPARED_BYTES) return null;
    const steps = all.map(({ pixels }, i) => rms(pixels, all[(i + 1) % count].pixels));
    return evenness(steps, closes, 1);
  }

  /** Draw frames on a lane, "now" before all others. Resolves to whether they are of this plan. */
  async draw(indices, lane) {
    const { turn, age, plan, model, pictures } = this;
    const zs = [];
    const labels = [];
    for (const index of indices) {
      const weights = plan.weights(index);
      for (let tile = 0; tile < pictures; tile += 1) {
        zs.push(plan.z(index, tile));
        if (weights) labels.push(weights);
      }
    }
    const image = await this.engine.draw(model, zs, labels, lane);
    if (!image || turn !== this.turn) return false;
    const size = image.h * image.w * image.c * pictures;
    indices.forEach((index, i) => {
      const pixels = image.pixels.subarray(i * size, (i + 1) * size);
      this.made.set(index, { ...image, pixels, age });
    });
    this.forget(size);
    this.on.arrived(indices);
    return true;
  }

  /** Limit the cache: remove the frames furthest ahead. */
  forget(size) {
    const { count } = this.plan;
    this.room = Math.max(64, Math.floor(KEPT_BYTES / size));
    if (this.made.size <= this.room) return;
    const here = this.on.position();
    for (const index of this.made.keys()) {
      if ((index - here + count) % count >= this.room) this.made.delete(index);
    }
  }

  /** Return the frames to draw next: the nearest ones ahead that are missing or outdated. */
  next() {
    const { count } = this.plan;
    const here = this.on.position();
    const reach = Math.min(count, this.room ?? count);
    // a request to the server costs a round trip, whatever its size
    const quick = this.engine.where === "server" ? Infinity : REQUEST_MS / this.frame_ms;
    const most = Math.max(1, Math.floor(Math.min(quick, REQUEST_MOST / this.pictures)));
    const slow = (1.3 * this.frame_ms) / this.period;
    for (let stride = STRIDE_MOST; stride >= 1; stride /= 2) {
      if (stride > 1 && stride >= 2 * slow) continue;
      const found = [];
      for (let ahead = 0; ahead < reach && found.length < most; ahead += 1) {
        const index = (here + ahead) % count;
        if (index % stride === 0 && this.made.get(index)?.age !== this.age) found.push(index);
      }
      if (found.length) return found;
    }
    return [];
  }

  /** Send one request after the other until all frames are drawn. */
  async pump() {
    if (this.busy || !this.plan) return;
    this.busy = true;
    clearTimeout(this.retry);
    try {
      for (let wanted = this.next(); wanted.length; wanted = this.next()) {
        const { turn } = this;
        const start = performance.now();
        const drawn = await this.draw(wanted, LANE);
        const took = (performance.now() - start) / wanted.length;
        this.frame_ms += 0.3 * (took - this.frame_ms);
        if (drawn) this.on.failed(null);
        if (!drawn && turn === this.turn) break;
      }
      this.on.drawn();
    } catch (error) {
      this.on.failed(error);
      this.retry = setTimeout(() => this.pump(), RETRY_MS);
    } finally {
      this.busy = false;
    }
  }
}
