// One direction: its name, its effect, and images from one end to the other as a slider.

import { div, fill, iconButton, make, number, slider } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { paintRow } from "../engine/paint.js";
import { dot, blend, without, gaussian } from "../latent/vectors.js";

const STEPS = 120; // from end to end
const FACE_PX = 56; // about

/**
 * A row of the list of directions.
 *
 * `about` is {id, title, said, axis, reach, pinned, locked}, `reach` being the sigma at the ends;
 * a sample's coordinates are N(0, 1). `list`: the Directions it is in.
 */
export class Direction {
  constructor(about, model, words, list) {
    this.about = about;
    this.model = model;
    this.seen = false;
    const { id, axis, title } = about;
    const say = (key) => fill(words[`explore.${key}`], { name: title });
    this.name = make("input", {
      className: "ls-dir-name",
      value: title,
      maxLength: 40,
      title: say("rename"),
      ariaLabel: say("rename"),
      spellcheck: false,
    });
    this.value = make("output", { className: "ls-note ls-dir-value" });
    this.canvas = make("canvas", { className: "ls-pixels", ariaHidden: "true" });
    const { reach } = about;
    const limits = { min: -reach, max: reach, step: (2 * reach) / STEPS };
    this.range = slider({ className: "ls-gate", ariaLabel: title, ...limits });
    const toggle = (picture, field, label) => {
      const made = iconButton(icon(picture), label, () =>
        list.change(id, { [field]: !about[field] }),
      );
      made.ariaPressed = String(Boolean(about[field]));
      return made;
    };
    const buttons = [
      iconButton(icon("dice"), say("dice"), () => list.store.slide(axis, gaussian(), null)),
      toggle("lock", "locked", say(about.locked ? "unlock" : "lock")),
      toggle("pin", "pinned", say(about.pinned ? "unpin" : "pin")),
    ];
    if (about.own) buttons.push(iconButton(icon("close"), say("forget"), () => list.forget(id)));
    const said = make("span", { className: "ls-note ls-dir-said", title: about.hint }, about.said);
    this.element = div(
      about.untrue ? "ls-dir ls-untrue" : "ls-dir",
      div("ls-dir-head", this.name, this.value, ...buttons),
      div("ls-reel", this.canvas, this.range),
      said,
    );
    this.range.addEventListener("input", () =>
      list.store.slide(axis, Number(this.range.value), id),
    );
    this.name.addEventListener("change", () => list.change(id, { title: this.name.value.trim() }));
    this.name.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.name.value = title;
      if (key === "Escape" || key === "Enter") this.name.blur();
    });
  }

  /** Show the coordinate of `z`; a slider that is being dragged is left alone. */
  show(z) {
    const value = dot(this.about.axis, z);
    if (
      document.activeElement !== this.range ||
      Math.abs(this.range.value - value) > this.range.step
    ) {
      this.range.value = value;
    }
    this.value.textContent = number(value);
    this.element.classList.toggle("ls-beyond", Math.abs(value) > this.about.reach);
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

  /** Return what Pictures draws: z moved along this axis, except along locked directions. */
  request({ z, scale, classes }, locked) {
    const { id, axis, reach } = this.about;
    const free = without(axis, locked);
    const gain = Math.max(dot(free, axis), 0.05);
    const at = dot(axis, z);
    const zs = Array.from({ length: this.faces }, (_, i) => {
      const value = reach * ((2 * i) / (this.faces - 1) - 1);
      return blend(scale, z, (scale * (value - at)) / gain, free);
    });
    const use = (image) => paintRow(this.canvas, image);
    return { lane: `direction ${id}`, zs, classes, use, element: this.element };
  }
}
