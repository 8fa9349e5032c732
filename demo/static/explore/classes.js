// The choice of class: one button each, and a mixer that blends two classes.

import { make, fill, heading } from "../core/dom.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { mixed, parts } from "../latent/class_weights.js";

const SLIM_FROM = 800; // px of the window: on a phone fingers need the larger ones
const FACE_PX = 56; // about
const FACES_MOST = 20; // with more classes only the names are shown

/** `pick(classes, key)` is called for every choice. */
export class Classes {
  constructor(words, pick) {
    this.words = words;
    this.pick = pick;
    this.thumbs = [];
    this.pair = null; // [a, b] while the mixer is used: its ends must not swap at one half
    const w = (key) => words[`explore.${key}`];
    this.buttons = make("div", { className: "ls-classes", role: "group", ariaLabel: w("class") });
    this.other = make("select", { ariaLabel: w("blend_with") });
    this.range = make("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.01,
      className: "ls-range",
    });
    this.range.setAttribute("aria-label", w("blend"));
    this.value = make("output", {});
    this.mixer = make(
      "div",
      { className: "ls-mixer" },
      make("label", { className: "ls-note" }, `${w("blend_with")} `, this.other),
      this.range,
      this.value,
    );
    this.element = make(
      "section",
      {},
      heading(w("class"), w("class_hint")),
      this.buttons,
      this.mixer,
    );
    this.other.addEventListener("change", () => {
      const a = this.pair?.[0] ?? parts(this.now).a;
      const b = this.other.value === "" ? null : Number(this.other.value);
      this.pair = b === null ? null : [a, b];
      this.ask(b === null ? a : mixed(a, b, 0.5, this.count), "mix");
    });
    this.range.addEventListener("input", () => {
      if (!this.pair) return;
      this.ask(mixed(...this.pair, Number(this.range.value), this.count), "mix");
    });
  }

  ask(classes, key) {
    this.now = classes; // set before it is shown a frame later: the next choice builds on it
    this.pick(classes, key);
  }

  setModel(model) {
    this.count = model.classes;
    this.element.hidden = !model.classes;
    const {
      labels,
      shape: [side, width],
    } = model;
    const faces = labels.length <= FACES_MOST;
    // a row of ten small ones where that leaves the directions more room, else rows of five
    const brief = labels.every((label) => label.length <= 2);
    const slim = side <= 32 && labels.length > 5 && brief && window.innerWidth >= SLIM_FROM;
    this.buttons.classList.toggle("ls-slim", slim && faces);
    this.buttons.classList.toggle("ls-many", !faces);
    this.thumbs = !faces
      ? []
      : labels.map(() => {
          const made = make("canvas", {
            className: "ls-pixels",
            width,
            height: side,
            ariaHidden: "true",
          });
          show(made, side, slim ? side : shownAt(side, FACE_PX));
          return made;
        });
    this.made = labels.map((label, i) => {
      const name = make("span", { textContent: label });
      const one = make("button", { type: "button", className: "ls-btn ls-thumb", title: label });
      one.append(...(faces ? [this.thumbs[i]] : []), name);
      one.setAttribute("aria-label", `${this.words["explore.class"]} ${label}`);
      one.addEventListener("click", () => {
        this.pair = null;
        this.ask(i, null);
      });
      return one;
    });
    this.buttons.replaceChildren(...this.made);
    const none = new Option(this.words["explore.blend_none"], "");
    this.other.replaceChildren(none, ...labels.map((label, i) => new Option(label, i)));
  }

  show(classes) {
    if (!this.count) return;
    this.now = classes;
    const weight = (i) => (Array.isArray(classes) ? classes[i] : Number(classes === i));
    const asked = this.made.map((_, i) => i).filter((i) => weight(i) > 0);
    if (!this.pair || !asked.every((i) => this.pair.includes(i))) {
      const { a, b } = parts(classes);
      this.pair = b === null ? null : [a, b];
    }
    const share = this.pair
      ? weight(this.pair[1]) / (weight(this.pair[0]) + weight(this.pair[1]))
      : 0;
    this.range.value = share;
    this.range.disabled = !this.pair;
    this.other.value = this.pair ? this.pair[1] : "";
    this.value.textContent = this.pair
      ? fill(this.words["explore.blend_value"], { share: Math.round(share * 100) })
      : "";
    this.made.forEach((one, i) => {
      one.setAttribute("aria-pressed", String(weight(i) > 0));
    });
  }
}
