// The choice of class: one button each, and a mixer that blends two classes.

import { div, heading, make, slider, speaker } from "../core/dom.js";
import { helped } from "../core/help.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { paint } from "../engine/paint.js";
import { mixed, parts } from "../latent/class_weights.js";
import { times } from "../latent/vectors.js";

const SLIM_FROM = 800; // px of the window: on a phone fingers need the larger ones
const FACE_PX = 56; // about
const FACES_MOST = 20; // with more classes only the names are shown

/** `onpick(classes, key)` is called for every choice. */
export class Classes {
  constructor(words, onpick) {
    this.onpick = onpick;
    this.thumbs = [];
    this.pair = null; // [a, b] while the mixer is used: its ends must not swap at one half
    const w = (this.w = speaker(words, "explore"));
    this.buttons = make("div", { className: "ls-classes", role: "group", ariaLabel: w("class") });
    this.other = make("select", { ariaLabel: w("blend_with") });
    this.range = slider({ min: 0, max: 1, step: 0.01, ariaLabel: w("blend") });
    this.value = make("output", { className: "ls-note" });
    const other = make("label", { className: "ls-note" }, `${w("blend_with")} `, this.other);
    const mixer = div("ls-mixer", other, this.range, this.value);
    const title = helped(heading(w("class")), w("class"), w("class_hint"));
    this.element = make("section", {}, title, this.buttons, mixer);
    this.other.addEventListener("change", () => {
      const a = this.pair?.[0] ?? parts(this.now).a;
      this.pair = this.other.value === "" ? null : [a, Number(this.other.value)];
      this.pick(this.pair ? mixed(...this.pair, 0.5, this.count) : a, "mix");
    });
    this.range.addEventListener("input", () => {
      if (this.pair) this.pick(mixed(...this.pair, Number(this.range.value), this.count), "mix");
    });
  }

  pick(classes, key) {
    this.now = classes; // set before it is shown a frame later: the next choice builds on it
    this.onpick(classes, key);
  }

  setModel({ classes, labels, shape: [height, width] }) {
    this.count = classes;
    this.element.hidden = !classes;
    const faces = labels.length <= FACES_MOST;
    // a row of ten small ones where that leaves the directions more room, else rows of five
    const brief = labels.every((label) => label.length <= 2);
    const slim = height <= 32 && labels.length > 5 && brief && window.innerWidth >= SLIM_FROM;
    this.buttons.classList.toggle("ls-slim", slim && faces);
    this.buttons.classList.toggle("ls-many", !faces);
    this.thumbs = (faces ? labels : []).map(() => {
      const size = { width, height };
      const made = make("canvas", { className: "ls-pixels", ariaHidden: "true", ...size });
      show(made, height, slim ? height : shownAt(height, FACE_PX));
      return made;
    });
    this.made = labels.map((label, i) => {
      const name = make("span", {}, label);
      const made = make("button", { type: "button", className: "ls-btn ls-thumb", title: label });
      made.append(...this.thumbs.slice(i, i + 1), name);
      made.ariaLabel = `${this.w("class")} ${label}`;
      made.addEventListener("click", () => {
        this.pair = null;
        this.pick(i, null);
      });
      return made;
    });
    this.buttons.replaceChildren(...this.made);
    const options = labels.map((label, i) => new Option(label, i));
    this.other.replaceChildren(new Option(this.w("blend_none"), ""), ...options);
  }

  show(classes) {
    if (!this.count) return;
    this.now = classes;
    const weight = (i) => (Array.isArray(classes) ? classes[i] : Number(classes === i));
    if (!this.pair || this.made.some((_, i) => weight(i) > 0 && !this.pair.includes(i))) {
      const { a, b } = parts(classes);
      this.pair = b === null ? null : [a, b];
    }
    const [a, b] = this.pair ?? [];
    const share = this.pair ? weight(b) / (weight(a) + weight(b)) : 0;
    const values = { share: Math.round(share * 100) };
    this.range.value = share;
    this.range.disabled = !this.pair;
    this.other.value = b ?? "";
    this.value.textContent = this.pair ? this.w("blend_value", values) : "";
    this.made.forEach((one, i) => {
      one.ariaPressed = String(weight(i) > 0);
    });
  }

  /** Return what Pictures draws: one latent in all classes. */
  requests({ scale, z }) {
    if (!this.thumbs.length) return [];
    const scaled = times(scale, z);
    const use = (image) => this.thumbs.forEach((canvas, i) => paint(canvas, image, i));
    const labels = [...this.thumbs.keys()];
    const zs = labels.map(() => scaled);
    return [{ lane: "classes", zs, labels, use, element: this.buttons }];
  }
}
