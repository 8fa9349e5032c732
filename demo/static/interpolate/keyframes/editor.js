// The editor of the chosen keyframe: its class, its seed, how long the loop rests there and
// how long it takes to the next.

import { make, button, iconButton } from "../../core/dom.js";
import { icon } from "../../core/icons.js";
import { SEED_MAX } from "../../latent/latents.js";
import { classText } from "../../recipes/image_recipe.js";
import { speaker } from "../words.js";

const HOLD_MOST = 4; // average segments, of the 8 that a recipe may hold

export function readSeed(text) {
  return /^\d{1,10}$/.test(text.trim()) && +text <= SEED_MAX ? +text : null;
}

/** `on` has edit(change, gesture), all(label), rest(), duplicate(), remove(), say(sentence). */
export class Editor {
  constructor(words, lengthMost, on) {
    this.lengthMost = lengthMost; // average segments
    this.say = speaker(words);
    const { say } = this;
    this.on = on;
    this.title = make("strong", { className: "lc-title" });
    this.classes = make("select", {});
    this.classField = this.field("class", this.classes, "lc-class");
    this.all = button(say("all_class"), "lc-all");
    this.all.title = say("all_class_hint");
    this.seed = make("input", { inputMode: "numeric", autocomplete: "off", maxLength: 10 });
    this.hold = this.slider("hold", 0, HOLD_MOST, 0.05);
    this.length = this.slider("length", -1, 1, 0.02); // powers of lengthMost
    this.duplicate = iconButton(icon("copy"), say("duplicate"));
    this.remove = iconButton(icon("bin"), say("delete"));
    this.duplicate.dataset.do = "duplicate";
    this.remove.dataset.do = "delete";
    this.element = make(
      "div",
      { className: "lc-editor", role: "group" },
      this.title,
      this.classField,
      this.all,
      this.field("seed", this.seed, "lc-seed"),
      this.hold.field,
      this.length.field,
      make("span", { className: "lc-buttons" }, this.duplicate, this.remove),
    );
    this.classes.addEventListener("change", () => {
      const { weights, ...key } = this.key;
      this.on.edit({ ...key, label: Number(this.classes.value) });
    });
    this.all.addEventListener("click", () => this.on.all(this.key));
    this.seed.addEventListener("change", () => {
      const seed = readSeed(this.seed.value);
      this.on.say(seed === null ? say("seed_bad") : "");
      const { z, ...key } = this.key;
      if (seed !== null) this.on.edit({ ...key, seed });
    });
    this.hold.range.addEventListener("input", () =>
      this.on.edit({ ...this.key, hold: Number(this.hold.range.value) }, "hold"),
    );
    this.length.range.addEventListener("input", () => {
      const length = this.lengthMost ** Number(this.length.range.value);
      this.on.edit({ ...this.key, length: Number(length.toFixed(3)) }, "length");
    });
    for (const { range } of [this.hold, this.length]) {
      range.addEventListener("change", () => this.on.rest());
    }
    this.duplicate.addEventListener("click", () => this.on.duplicate());
    this.remove.addEventListener("click", () => this.on.remove());
  }

  field(name, input, extra) {
    return make(
      "label",
      { className: `ls-field lc-inline ${extra}` },
      make("span", {}, this.say(name)),
      input,
    );
  }

  slider(name, min, max, step) {
    const range = make("input", { type: "range", className: "ls-range", min, max, step });
    const shown = make("span", { className: "lc-value" });
    const field = make(
      "label",
      { className: `lc-inline lc-${name}` },
      make("span", {}, this.say(name)),
      range,
      shown,
    );
    field.title = this.say(`${name}_hint`);
    return { range, shown, field };
  }

  /**
   * `key` is the chosen one, number `index` of `count`; `labels`: the model's classes; `rests` and
   * `lasts`: s at it and on the way to the next, null where there is none.
   */
  show({ key, index, count, labels, rests, lasts, full }) {
    this.key = key;
    this.element.classList.toggle("lc-none", !key); // its space stays
    if (!key) return;
    const title = this.say("key_title", { n: index + 1, count });
    this.title.textContent = title;
    this.element.setAttribute("aria-label", title);
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

  set({ range, shown, field }, value, seconds) {
    field.hidden = seconds === null;
    if (seconds === null) return;
    if (Math.abs(range.value - value) > range.step / 2) range.value = value;
    shown.textContent = this.say("lasts", { s: seconds.toFixed(2) });
    range.setAttribute("aria-valuetext", shown.textContent);
  }
}
