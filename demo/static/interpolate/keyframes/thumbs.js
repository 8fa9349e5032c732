// Single pictures by name, drawn when they are wanted and kept: keyframes and presets.

const LANE = "keys";
const KEPT = 600;
const RETRY_MS = 4000;

export class Thumbs {
  /** `arrived()` is called when pictures came. */
  constructor(engine, arrived) {
    this.engine = engine;
    this.arrived = arrived;
    this.made = new Map();
    this.wanted = [];
    this.age = 0;
    this.busy = false;
  }

  /** The picture of this name, an older one until a newer is there, or undefined. */
  get(name) {
    return this.made.get(name)?.image;
  }

  /** Newer weights: all of them again, when they are wanted. */
  renew() {
    this.age += 1;
  }

  /** Draw those of [{name, z, weights}] that there are not; `weights` null without classes. */
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
        const drawn = await this.engine.draw(
          model,
          list.map(({ z }) => z),
          labels,
          LANE,
        );
        if (list === this.wanted) this.wanted = [];
        if (!drawn) continue;
        const size = drawn.h * drawn.w * drawn.c;
        if (this.made.size > KEPT) this.made.clear();
        list.forEach(({ name }, i) => {
          const pixels = drawn.pixels.subarray(i * size, (i + 1) * size);
          this.made.set(name, { age, image: { ...drawn, pixels } });
        });
        this.arrived();
      }
    } catch {
      // whoever draws the clip says why
      this.retry = setTimeout(() => this.pump(), RETRY_MS);
    } finally {
      this.busy = false;
    }
  }
}
