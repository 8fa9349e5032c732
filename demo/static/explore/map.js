// The neighbourhood map: the plane through this latent and two others as a small grid.
// A drag moves the latent on the plane; the grid stays until the latent is moved otherwise.

import { button, div, field, make, number, slider, speaker } from "../core/dom.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { paintGrid } from "../engine/paint.js";
import { latent, randomSeed } from "../latent/latents.js";
import { onPlane, times } from "../latent/vectors.js";

const SIDE_PX = 280; // as wide as Explore's companions are
const ACROSS_MOST = 5;
const NUDGE = 0.05;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** `store` is a LatentStore; onwanted(): the pictures of `requests` must be drawn. */
export class LatentMap {
  constructor(words, store, onwanted) {
    this.store = store;
    this.onwanted = onwanted;
    const w = (this.w = speaker(words, "explore"));
    this.x = this.y = 0; // of the dot, -1 to 1
    this.canvas = make("canvas", { className: "ls-pixels" });
    this.dot = div("ls-map-dot");
    const properties = { role: "application", ariaLabel: w("map_label"), tabIndex: 0 };
    this.plane = make("div", { className: "ls-map", ...properties }, this.canvas, this.dot);
    const label = w("map_reach");
    this.reach = slider({ min: 0.1, max: 1, step: 0.05, value: 0.4, ariaLabel: label });
    this.reach.addEventListener("input", () => this.centre(this.last));
    const turn = button(w("map_new"), "", () => this.turn());
    this.element = div(
      "ls-column ls-companion",
      this.plane,
      div("ls-row ls-map-row", field(label, this.reach), turn),
      make("p", { className: "ls-note" }, w("map_hint")),
    );
    this.plane.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.plane.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    this.plane.addEventListener("pointermove", (event) => {
      if (this.plane.hasPointerCapture(event.pointerId)) this.drag(event);
    });
    this.plane.addEventListener("keydown", (event) => {
      if (!MOVES[event.key]) return;
      event.preventDefault();
      const [dx, dy] = MOVES[event.key];
      this.go(this.x + dx * NUDGE, this.y + dy * NUDGE);
    });
  }

  setModel({ shape: [side] }) {
    this.px = shownAt(side, SIDE_PX / ACROSS_MOST);
    this.across = Math.min(ACROSS_MOST, Math.floor(SIDE_PX / this.px));
    this.plane.style.width = this.plane.style.height = `${this.across * this.px}px`;
    this.canvas.width = this.canvas.height = 0; // of the other model
  }

  /** Choose two other points: the plane turns about the current latent. */
  turn() {
    this.others = [0, 1].map(() => latent(randomSeed(), this.z.length));
    this.centre(this.last);
  }

  at(x, y) {
    const reach = Number(this.reach.value);
    const [right, up] = this.others;
    return x || y ? onPlane([this.z, right, up], x * reach, -y * reach) : this.z;
  }

  /** Centre the plane on `z`, unless `z` is under the dot. */
  show(z) {
    if (this.last !== z) this.centre(z);
  }

  centre(z) {
    if (this.others?.[0].length !== z.length) {
      this.others = [1, 2].map((seed) => latent(seed, z.length));
    }
    this.z = this.last = z; // `last` is under the dot, `z` in the middle
    this.x = this.y = 0;
    this.place();
    this.onwanted();
  }

  /** Return what Pictures draws: a grid of latents, row by row from the top left. */
  requests({ scale, classes }, dragged) {
    if (this.element.hidden || dragged === "map") return [];
    const { across } = this;
    const step = (i) => (2 * i) / (across - 1) - 1;
    const zs = Array.from({ length: across ** 2 }, (_, i) =>
      times(scale, this.at(step(i % across), step(Math.floor(i / across)))),
    );
    const use = (image) => {
      paintGrid(this.canvas, image, across);
      show(this.canvas, image.h, this.px);
      this.place();
    };
    return [{ lane: "map", zs, classes, use, element: this.plane }];
  }

  drag(event) {
    const box = this.plane.getBoundingClientRect();
    // the outermost images stand for the edge values, so the plane ends at their centres
    const inset = box.width / this.across / 2;
    const scale = (value, start, length) =>
      (2 * (value - start - inset)) / (length - 2 * inset) - 1;
    this.go(scale(event.clientX, box.left, box.width), scale(event.clientY, box.top, box.height));
  }

  go(x, y) {
    [this.x, this.y] = [x, y].map((value) => Math.min(1, Math.max(-1, value)));
    this.place();
    this.last = this.at(this.x, this.y);
    this.store.go({ z: this.last }, "map");
  }

  place() {
    const share = (value) => `${50 + value * (50 - 50 / this.across)}%`;
    this.dot.style.left = share(this.x);
    this.dot.style.top = share(this.y);
    const values = { x: number(this.x), y: number(-this.y) };
    this.plane.ariaDescription = this.w("map_at", values);
  }
}
