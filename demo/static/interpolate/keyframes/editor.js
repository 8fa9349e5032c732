// The editor of the chosen keyframe: its class, its seed, how long the loop rests there and
// how long it takes to the next.

import { button, div, field, iconButton, make, note, slider, speaker } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { SEED_MAX } from "../../latent/latents.js";
import { classText } from "../../recipes/image_recipe.js";

const HOLD_MOST = 4; // average segments, of the 8 that a recipe may hold

export const seedInput = (properties = {}) =>
  make("input", { inputMode: "numeric", autocomplete: "off", maxLength: 10, ...properties });

export function readSeed(text) {
  return /^\d{1,10}$/.test(text.trim()) && +text <= SEED_MAX ? +text : null;
}

export class Editor {
  /** `lengthMost`: of a key, in average segments. */
  constructor(words, lengthMost, actions) {
    this.lengthMost = lengthMost;
    this.actions = actions;
    const say = (this.say = speaker(words, "interpolate"));
    this.title = make("strong", { className: "lc-title" });
    this.classes = make("select");
    this.classField = inline(say("class"), this.classes, "ls-field lc-class");
    this.all = button(say("all_class"), "lc-all", () => actions.all(this.key));
    this.all.title = say("all_class_hint");
    this.seed = seedInput();
    this.hold = this.slider("hold", { min: 0, max: HOLD_MOST, step: 0.05 }, (hold) => hold);
    const toLength = (power) => Number((lengthMost ** power).toFixed(3));
    this.length = this.slider("length", { min: -1, max: 1, step: 0.02 }, toLength);
    this.duplicate = iconButton(icon("copy"), say("duplicate"), () => actions.duplicate());
    const remove = iconButton(icon("bin"), say("delete"), () => actions.remove());
    this.duplicate.dataset.do = "duplicate";
    remove.dataset.do = "delete";
    this.element = div(
      "lc-editor",
      this.title,
      this.classField,
      this.all,
      inline(say("seed"), this.seed, "ls-field lc-seed"),
      this.hold.element,
      this.length.element,
      make("span", { className: "lc-buttons" }, this.duplicate, remove),
    );
    this.element.role = "group";
    this.classes.addEventListener("change", () => {
      const { weights, ...key } = this.key;
      actions.edit({ ...key, label: Number(this.classes.value) });
    });
    this.seed.addEventListener("change", () => {
      const seed = readSeed(this.seed.value);
      const { z, ...key } = this.key;
      if (seed === null) actions.note(say("seed_bad"));
      else actions.edit({ ...key, seed });
    });
  }

  /** Create a slider for the field `name` of the key; convert(position) returns its value. */
  slider(name, limits, convert) {
    const { actions } = this;
    const range = slider(limits);
    const shown = note("", "lc-value");
    const element = inline(this.say(name), range, `lc-${name}`);
    element.title = this.say(`${name}_hint`);
    element.append(shown);
    range.addEventListener("input", () =>
      actions.edit({ ...this.key, [name]: convert(Number(range.value)) }, name),
    );
    range.addEventListener("change", () => actions.rest());
    return { range, shown, element };
  }

  /**
   * `key` is the chosen one, number `index`; `labels`: the model's classes; `rests` and
   * `lasts`: s at it and on the way to the next, null where there is none.
   */
  show({ key, index, labels, rests, lasts, full }) {
    this.key = key;
    this.element.classList.toggle("ls-none", !key); // its space stays
    if (!key) return;
    this.title.textContent = this.element.ariaLabel = this.say("key_title", { n: index + 1 });
    this.classField.hidden = this.all.hidden = !labels.length;
    const { weights, label } = key;
    const names = [...(weights ? [classText(weights, labels)] : []), ...labels];
    if (String(Array.from(this.classes, (option) => option.text)) !== String(names)) {
      const first = weights ? -1 : 0; // a blend is not in the list of classes
      this.classes.replaceChildren(...names.map((name, i) => new Option(name, String(i + first))));
    }
    this.classes.value = weights ? -1 : label;
    if (document.activeElement !== this.seed) this.seed.value = key.seed ?? "";
    this.set(this.hold, key.hold ?? 0, rests);
    this.set(this.length, Math.log(key.length ?? 1) / Math.log(this.lengthMost), lasts);
    this.duplicate.disabled = full;
  }

  set({ range, shown, element }, value, seconds) {
    element.hidden = seconds === null;
    if (seconds === null) return;
    if (Math.abs(range.value - value) > range.step / 2) range.value = value;
    shown.textContent = range.ariaValueText = this.say("lasts", { s: seconds.toFixed(2) });
  }
}

const inline = (text, input, extra) => field(text, input, { className: `lc-inline ${extra}` });
