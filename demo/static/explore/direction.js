// One direction: its name, its effect, and images from -3 to +3 sigma as a slider.

import { make, iconButton, fill, number } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { paintRow } from "../engine/paint.js";
import { dot, blend, without, gaussian } from "../latent/vectors.js";

const REACH = 3; // sigma: a sample's coordinates are N(0, 1)
const STEP = 0.05;
const FACE_PX = 56; // about

/**
 * A row of the list of directions.
 *
 * `about` is {id, title, said, axis, pinned, locked}; `on` has slide(axis, value, id),
 * change(id, {title | pinned | locked}) and changes nothing by itself.
 */
export class Direction {
  constructor(about, model, words, on) {
    this.about = about;
    this.model = model;
    this.words = words;
    this.seen = false;
    const say = (key, values = {}) =>
      fill(words[`explore.${key}`], { name: about.title, ...values });
    this.name = make("input", {
      className: "ls-dir-name",
      value: about.title,
      maxLength: 40,
      title: say("rename"),
      ariaLabel: say("rename"),
      spellcheck: false,
    });
    this.value = make("output", { className: "ls-dir-value" });
    this.canvas = make("canvas", { className: "ls-pixels", ariaHidden: "true" });
    this.range = make("input", {
      type: "range",
      min: -REACH,
      max: REACH,
      step: STEP,
      className: "ls-range ls-gate",
    });
    this.range.setAttribute("aria-label", about.title);
    this.pin = this.toggle("pin", "pinned", say(about.pinned ? "unpin" : "pin"), on);
    this.lock = this.toggle("lock", "locked", say(about.locked ? "unlock" : "lock"), on);
    const dice = iconButton(icon("dice"), say("dice"));
    const buttons = [dice, this.lock, this.pin];
    if (about.own) {
      const remove = iconButton(icon("close"), say("forget"));
      remove.addEventListener("click", () => on.forget(about.id));
      buttons.push(remove);
    }
    const said = make("span", { className: "ls-note ls-dir-said", textContent: about.said });
    said.title = about.hint;
    this.element = make(
      "div",
      { className: "ls-dir" },
      make("div", { className: "ls-dir-head" }, this.name, this.value, ...buttons),
      make("div", { className: "ls-reel" }, this.canvas, this.range),
      said,
    );
    this.range.addEventListener("input", () =>
      on.slide(about.axis, Number(this.range.value), about.id),
    );
    dice.addEventListener("click", () => on.slide(about.axis, gaussian(), null));
    this.name.addEventListener("change", () =>
      on.change(about.id, { title: this.name.value.trim() }),
    );
    this.name.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        if (event.key === "Escape") this.name.value = about.title;
        this.name.blur();
      }
    });
  }

  toggle(picture, field, label, on) {
    const made = iconButton(icon(picture), label);
    made.setAttribute("aria-pressed", String(Boolean(this.about[field])));
    made.addEventListener("click", () => on.change(this.about.id, { [field]: !this.about[field] }));
    return made;
  }

  /** Show the coordinate of `z`; a slider that is being dragged is left alone. */
  show(z) {
    const value = dot(this.about.axis, z);
    if (document.activeElement !== this.range || Math.abs(this.range.value - value) > STEP) {
      this.range.value = value;
    }
    this.value.textContent = number(value);
    const beyond = Math.abs(value) > REACH;
    this.element.classList.toggle("ls-beyond", beyond);
  }

  /** Set how many images fit into `width` px at the size of core/pixel_scale.js. */
  fit(width) {
    const [side] = this.model.shape;
    const px = shownAt(side, FACE_PX);
    this.faces = width >= 7 * px ? 7 : 5;
    this.canvas.width = Math.floor((width * side) / px);
    this.canvas.height = side;
    show(this.canvas, side, px);
    this.element.style.setProperty("--gate", `${px}px`);
    this.element.style.setProperty("--reel", this.canvas.style.width);
  }

  /** Return the latents of the images: z moved along this axis, except along locked directions. */
  latents({ z, scale }, locked) {
    const free = without(this.about.axis, locked);
    const gain = Math.max(dot(free, this.about.axis), 0.05);
    const at = dot(this.about.axis, z);
    return Array.from({ length: this.faces }, (_, i) => {
      const value = REACH * ((2 * i) / (this.faces - 1) - 1);
      return blend(scale, z, (scale * (value - at)) / gain, free);
    });
  }

  paint(image) {
    paintRow(this.canvas, image);
  }
}
