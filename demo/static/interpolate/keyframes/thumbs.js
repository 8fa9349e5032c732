// A cache of single pictures by name: keyframes and presets.

import { pictureOf } from "../../engine/paint.js";

const LANE = "keys";
const KEPT = 600;
const RETRY_MS = 4000;

export class Thumbs {
  /** `arrived()` is called when pictures have been drawn. */
  constructor(engine, arrived) {
    this.engine = engine;
    this.arrived = arrived;
    this.made = new Map();
    this.wanted = [];
    this.age = 0;
    this.busy = false;
  }

  /** Return the picture of this name, an outdated one until a newer arrives, or undefined. */
  get(name) {
    return this.made.get(name)?.image;
  }

  /** Mark all pictures as outdated: the weights have changed. */
  renew() {
    this.age += 1;
  }

  /** Draw the missing ones of [{name, z, weights}]; `weights` is null without classes. */
  want(model, list) {
    const missing = list.filter(({ name }) => this.made.get(name)?.age !== this.age);
    this.wanted = [...new Map(missing.map((one) => [one.name, one])).values()];
    this.model = model;
    this.pump();
  }

  async pump() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.retry);
    try {
      while (this.wanted.length) {
        const [{ model, age }, list] = [this, this.wanted];
        const labels = list[0].weights ? list.map(({ weights }) => weights) : [];
        const zs = list.map(({ z }) => z);
        const drawn = await this.engine.draw(model, zs, labels, LANE);
        if (list === this.wanted) this.wanted = [];
        if (!drawn) continue;
        if (this.made.size > KEPT) this.made.clear();
        list.forEach(({ name }, i) => this.made.set(name, { age, image: pictureOf(drawn, i) }));
        this.arrived();
      }
    } catch {
      // the clip shows the error
      this.retry = setTimeout(() => this.pump(), RETRY_MS);
    } finally {
      this.busy = false;
    }
  }
}
