// The neighbourhood map: the plane through this latent and two others as a small grid.
// A drag moves the latent on the plane; the grid stays until the latent is moved otherwise.

import { make, button, fill, number } from "../core/dom.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { paintGrid } from "../engine/paint.js";
import { latent, randomSeed } from "../latent/latents.js";
import { onPlane, times } from "../latent/vectors.js";

const SIDE_PX = 280; // as wide as Explore's companions are
const ACROSS_MOST = 5;
const NUDGE = 0.05;

/** `on` has move(z) and wanted(): the grid must be drawn by `paint`. */
export class LatentMap {
  constructor(words, on) {
    this.on = on;
    this.words = words;
    const w = (key) => words[`explore.${key}`];
    this.canvas = make("canvas", { className: "ls-pixels" });
    this.dot = make("div", { className: "ls-map-dot" });
    this.plane = make("div", { className: "ls-map", tabIndex: 0 }, this.canvas, this.dot);
    this.plane.setAttribute("role", "application");
    this.plane.setAttribute("aria-label", w("map_label"));
    this.reach = make("input", {
      type: "range",
      min: 0.1,
      max: 1,
      step: 0.05,
      value: 0.4,
      className: "ls-range",
    });
    this.reach.setAttribute("aria-label", w("map_reach"));
    this.fresh = button(w("map_new"));
    this.element = make(
      "div",
      { className: "ls-companion" },
      this.plane,
      make(
        "div",
        { className: "ls-row ls-map-row" },
        make("label", { className: "ls-field" }, make("span", {}, w("map_reach")), this.reach),
        this.fresh,
      ),
      make("p", { className: "ls-note" }, w("map_hint")),
    );
    this.fresh.addEventListener("click", () => this.turn());
    this.reach.addEventListener("input", () => this.centre(this.here()));
    this.plane.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.plane.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    this.plane.addEventListener("pointermove", (event) => {
      if (this.plane.hasPointerCapture(event.pointerId)) this.drag(event);
    });
    this.plane.addEventListener("keydown", (event) => {
      const [dx, dy] = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, -1],
        ArrowDown: [0, 1],
      }[event.key] ?? [0, 0];
      if (!dx && !dy) return;
      event.preventDefault();
      this.go(this.x + dx * NUDGE, this.y + dy * NUDGE);
    });
  }

  /** Set the picture size of a model. */
  setModel({ shape: [side] }) {
    this.px = shownAt(side, SIDE_PX / ACROSS_MOST);
    this.across = Math.min(ACROSS_MOST, Math.floor(SIDE_PX / this.px));
    this.plane.style.width = this.plane.style.height = `${this.across * this.px}px`;
    this.canvas.width = this.canvas.height = 0; // of the other model
  }

  /** Choose two other points: the plane turns about the current latent. */
  turn() {
    this.others = [0, 1].map(() => latent(randomSeed(), this.z.length));
    this.centre(this.here());
  }

  /** Return the latent under the dot. */
  here() {
    return this.z && this.at(this.x, this.y);
  }

  at(x, y) {
    const reach = Number(this.reach.value);
    return x || y
      ? onPlane([this.z, this.others[0], this.others[1]], x * reach, -y * reach)
      : this.z;
  }

  /** Centre the plane on `z`, unless `z` is under the dot. */
  show(z) {
    if (this.last !== z) this.centre(z);
  }

  centre(z) {
    const side = z.length;
    if (this.others?.[0].length !== side) {
      this.others = [1, 2].map((seed) => latent(seed, side));
    }
    this.z = this.last = z;
    this.x = this.y = 0;
    this.place();
    this.on.wanted();
  }

  /** Return the latents of the grid, row by row from the top left. */
  latents(scale) {
    const { across } = this;
    const step = (i) => (2 * i) / (across - 1) - 1;
    return Array.from({ length: across ** 2 }, (_, i) =>
      times(scale, this.at(step(i % across), step(Math.floor(i / across)))),
    );
  }

  paint(image) {
    paintGrid(this.canvas, image, this.across);
    show(this.canvas, image.h, this.px);
    this.place();
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
    const clamp = (value) => Math.min(1, Math.max(-1, value));
    this.x = clamp(x);
    this.y = clamp(y);
    this.place();
    this.last = this.at(this.x, this.y);
    this.on.move(this.last);
  }

  place() {
    const share = (value) => `${50 + value * (50 - 50 / this.across)}%`;
    this.dot.style.left = share(this.x ?? 0);
    this.dot.style.top = share(this.y ?? 0);
    const where = { x: number(this.x ?? 0), y: number(-(this.y ?? 0)) };
    this.plane.setAttribute("aria-description", fill(this.words["explore.map_at"], where));
  }
}
