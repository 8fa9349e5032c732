// Compares two pictures A and B, and moves on the path between them.

import { button, div, make, slider, speaker } from "../core/dom.js";
import { show } from "../core/pixel_scale.js";
import { paint } from "../engine/paint.js";
import { weightsOf, tidy } from "../latent/class_weights.js";
import { arc, blend, norm, times } from "../latent/vectors.js";

const SIDE_PX = 280; // as wide as Explore's companions are

/** `store` is a LatentStore; `on` has wanted() and direction(axis): a direction to keep. */
export class Compare {
  constructor(words, store, on) {
    this.store = store;
    this.on = on;
    const w = speaker(words, "explore");
    this.a = null; // the state put aside
    this.b = null; // the other end of the path, while moving on it
    const picture = { className: "ls-pixels ls-aside", role: "img", ariaLabel: w("a") };
    this.canvas = make("canvas", picture);
    this.empty = make("p", { className: "ls-note ls-aside-empty" }, w("compare_empty"));
    const put = button(w("put_a"), "ls-primary", () => this.settle(store.state));
    this.swap = button(w("swap"), "", () => {
      const { a } = this;
      const next = this.b ?? store.state;
      store.go(a);
      this.settle(next);
    });
    this.keep = button(w("keep_direction"), "", () => {
      const way = blend(1, (this.b ?? store.state).z, -1, this.a.z);
      if (norm(way) > 1e-3) on.direction(times(1 / norm(way), way));
    });
    this.range = slider({ min: 0, max: 1, step: 0.01, value: 1, ariaLabel: w("way") });
    this.range.addEventListener("input", () => this.travel(Number(this.range.value)));
    this.way = div("ls-way", make("span", {}, "A"), this.range, make("span", {}, "B"));
    this.element = div(
      "ls-column ls-companion",
      div("ls-square", this.canvas, this.empty),
      this.way,
      div("ls-row", put, this.swap, this.keep),
      make("p", { className: "ls-note" }, w("compare_hint")),
    );
  }

  setModel(model) {
    this.model = model;
    this.settle(this.a?.z.length === model.z_dim ? this.a : null);
  }

  /** The state was changed by another control: it is the new B. */
  moved(key) {
    if (key === "way") return;
    this.b = null;
    this.range.value = 1;
  }

  travel(t) {
    this.b ??= this.store.state;
    const { a, b } = this;
    const count = this.model.classes;
    const classes = count
      ? tidy(blend(1 - t, weightsOf(a.classes, count), t, weightsOf(b.classes, count)))
      : b.classes;
    const scale = (1 - t) * a.scale + t * b.scale;
    const ends = { 0: a, 1: b };
    this.store.go(ends[t] ?? { ...b, z: arc(a.z, b.z, t), classes, scale }, "way");
  }

  /** Put a state aside as A, or none. */
  settle(a) {
    this.a = a;
    this.moved();
    for (const part of [this.canvas, this.way, this.swap, this.keep]) part.hidden = !a;
    this.empty.hidden = Boolean(a);
    if (a) this.on.wanted();
  }

  /** Return what Pictures draws: the picture put aside. */
  requests() {
    const { a } = this;
    if (!a || this.element.hidden) return [];
    const use = (image) => {
      paint(this.canvas, image);
      show(this.canvas, image.h, image.h * Math.max(1, Math.floor(SIDE_PX / image.h)));
    };
    return [{ lane: "aside", zs: [times(a.scale, a.z)], classes: a.classes, use }];
  }
}
