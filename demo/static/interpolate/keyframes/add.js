// The menu that adds keyframes, and the dialog to draw one.

import { button, div, make, speaker } from "../../core/dom.js";
import { Sketch } from "../../draw/sketch.js";
import { readSeed, seedInput } from "./editor.js";

const SEVERAL = 4;
const SEEDS = 100000; // short enough to read out

const someSeed = () => Math.floor(Math.random() * SEEDS);

/**
 * `on` has insert(keys), explored(): a key of the Explore tab or null; about(): the model;
 * draw(key): resolves to a key's picture; find(payload): the server's search.
 */
export class Add {
  constructor(words, most, on) {
    this.most = most; // keyframes of a loop
    this.words = words;
    this.on = on;
    /** @type {HTMLDialogElement | null} */
    this.dialog = null;
    const say = (this.say = speaker(words, "interpolate"));
    this.opener = button("+", "lc-add", () => this.toggle(this.menu.hidden));
    const popup = { ariaHasPopup: "true", ariaExpanded: "false" };
    Object.assign(this.opener, { title: say("add"), ariaLabel: say("add"), ...popup });
    const item = (name, work) =>
      button(say(name), "", () => {
        this.toggle(false);
        work();
      });
    this.random = item("add_random", () => this.put(someSeed(), this.anyClass()));
    this.random.dataset.do = "add";
    this.explore = item("add_explore", () => on.insert([on.explored()]));
    this.explore.dataset.do = "explore";
    this.several = item("add_several", () => {
      const keys = Array.from({ length: SEVERAL }, () => ({ seed: someSeed(), label: this.label }));
      on.insert(keys);
    });
    const drawn = item("add_drawing", () => this.open());
    this.seed = seedInput({ placeholder: say("seed"), ariaLabel: say("seed") });
    const submit = button(say("add_seed"));
    submit.type = "submit";
    const field = div("ls-field", this.seed);
    this.form = make("form", { className: "ls-row" }, field, submit);
    this.wrong = make("p", { className: "ls-error", role: "alert" });
    const items = [this.random, this.several, this.explore, drawn, this.form, this.wrong];
    const group = { role: "group", ariaLabel: say("add"), hidden: true };
    this.menu = make("div", { className: "lc-menu", ...group }, ...items);
    this.element = div("lc-more", this.opener, this.menu);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const seed = readSeed(this.seed.value);
      this.wrong.textContent = seed === null ? this.say("seed_bad") : "";
      if (seed === null) return this.seed.focus();
      this.put(seed, this.label);
      this.seed.value = "";
      this.toggle(false);
    });
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.toggle(false);
      this.opener.focus();
    });
    addEventListener("pointerdown", ({ target }) => {
      if (!this.element.contains(target)) this.toggle(false);
    });
  }

  toggle(open) {
    if (open === !this.menu.hidden) return;
    this.menu.hidden = !open;
    this.wrong.textContent = "";
    this.opener.ariaExpanded = String(open);
    this.explore.hidden = open && !this.on.explored();
    if (open) this.random.focus();
  }

  /** `label`: the class of the chosen keyframe; `labels`: the class names; `full`: no more fit. */
  show({ label, labels, full }) {
    this.label = label;
    this.opener.disabled = full;
    this.opener.title = full ? this.say("most", { most: this.most }) : this.say("add");
    this.several.textContent = this.say(labels.length ? "add_several" : "add_random_several", {
      n: SEVERAL,
      label: labels[label],
    });
  }

  anyClass() {
    return Math.floor(Math.random() * Math.max(1, this.on.about().classes));
  }

  put(seed, label) {
    this.on.insert([{ seed, label }]);
  }

  // --- drawing -------------------------------------------------------------------------------

  open() {
    this.dialog ??= this.buildDialog();
    this.sketch.setModel(this.on.about());
    this.seen(null);
    this.dialog.showModal();
  }

  buildDialog() {
    const sketch = (this.sketch = new Sketch(this.words, {
      find: this.on.find,
      model: this.on.about,
      back: () => this.seen(null),
      found: async (z, label) => {
        const key = { seed: someSeed(), label: label ?? 0, z: Array.from(z) };
        this.seen(key);
        const image = await this.on.draw(key);
        if (image) sketch.drawn(image);
      },
    }));
    this.take = button(this.say("take"), "ls-primary", () => {
      dialog.close();
      this.on.insert([this.found]);
    });
    const close = button(this.say("close"), "", () => dialog.close());
    const title = make("h2", {}, this.say("drawing_title"));
    const end = div("ls-row lc-dialog-end", close, this.take);
    const properties = { className: "lc-dialog ls-panel", ariaLabel: title.textContent };
    const dialog = make("dialog", properties, title, sketch.element, end);
    dialog.addEventListener("close", () => sketch.search && sketch.cancel());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // beside it
    });
    this.element.append(dialog);
    return dialog;
  }

  seen(key) {
    this.found = key;
    this.take.disabled = !key;
  }
}
