// Compares two pictures A and B, and moves on the path between them.

import { make, button } from "../core/dom.js";
import { weightsOf, tidy } from "../latent/class_weights.js";
import { arc, blend, norm, times } from "../latent/vectors.js";

/** `on` has go(change, key), wanted(), direction(axis): a direction to keep; now(): the state. */
export class Compare {
  constructor(words, on) {
    this.on = on;
    const w = (key) => words[`explore.${key}`];
    this.a = null; // the state put aside
    this.b = null; // the other end of the path, while moving on it
    this.canvas = make("canvas", {
      className: "ls-pixels ls-aside",
      role: "img",
      ariaLabel: w("a"),
    });
    this.empty = make("p", { className: "ls-note ls-aside-empty" }, w("compare_empty"));
    this.put = button(w("put_a"), "ls-primary");
    this.swap = button(w("swap"));
    this.keep = button(w("keep_direction"));
    this.range = make("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.01,
      value: 1,
      className: "ls-range",
    });
    this.range.setAttribute("aria-label", w("way"));
    this.way = make(
      "div",
      { className: "ls-way" },
      make("span", {}, "A"),
      this.range,
      make("span", {}, "B"),
    );
    this.element = make(
      "div",
      { className: "ls-companion" },
      make("div", { className: "ls-square" }, this.canvas, this.empty),
      this.way,
      make("div", { className: "ls-row" }, this.put, this.swap, this.keep),
      make("p", { className: "ls-note" }, w("compare_hint")),
    );
    this.put.addEventListener("click", () => {
      this.a = this.on.now();
      this.settle();
    });
    this.swap.addEventListener("click", () => {
      const { a } = this;
      this.a = this.b ?? this.on.now();
      this.on.go(a);
      this.settle();
    });
    this.keep.addEventListener("click", () => {
      const way = blend(1, (this.b ?? this.on.now()).z, -1, this.a.z);
      if (norm(way) > 1e-3) this.on.direction(times(1 / norm(way), way));
    });
    this.range.addEventListener("input", () => this.travel(Number(this.range.value)));
  }

  setModel(model) {
    this.model = model;
    if (this.a && this.a.z.length !== model.z_dim) this.a = null;
    this.settle();
  }

  /** The state was changed by another control: it is the new B. */
  moved(key) {
    if (key === "way") return;
    this.b = null;
    this.range.value = 1;
    this.show();
  }

  travel(t) {
    this.b ??= this.on.now();
    const { a, b } = this;
    const count = this.model.classes;
    const classes = count
      ? tidy(blend(1 - t, weightsOf(a.classes, count), t, weightsOf(b.classes, count)))
      : b.classes;
    const at =
      t >= 1
        ? b
        : t <= 0
          ? a
          : { ...b, z: arc(a.z, b.z, t), classes, scale: (1 - t) * a.scale + t * b.scale };
    this.on.go(at, "way");
  }

  settle() {
    this.b = null;
    this.range.value = 1;
    this.show();
    if (this.a) this.on.wanted();
  }

  show() {
    const set = Boolean(this.a);
    this.canvas.hidden = this.way.hidden = this.swap.hidden = this.keep.hidden = !set;
    this.empty.hidden = set;
  }

  /** Return the latents and classes for `paint`: those of the picture put aside. */
  request() {
    return this.a && { zs: [times(this.a.scale, this.a.z)], classes: this.a.classes };
  }

  paint(image, paint) {
    paint(this.canvas, image);
    const zoom = Math.max(1, Math.floor(280 / image.h));
    this.canvas.style.width = this.canvas.style.height = `${image.h * zoom}px`;
  }
}
