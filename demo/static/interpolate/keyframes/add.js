// The menu that adds keyframes, and the dialog to draw one.

import { make, button } from "../../core/dom.js";
import { Sketch } from "../../draw/sketch.js";
import { readSeed } from "./editor.js";
import { speaker } from "../words.js";

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
    this.say = speaker(words);
    this.on = on;
    /** @type {HTMLDialogElement | null} */
    this.dialog = null;
    this.opener = button("+", "lc-add");
    this.opener.setAttribute("aria-label", this.say("add"));
    this.opener.title = this.say("add");
    this.opener.setAttribute("aria-haspopup", "true");
    this.menu = make("div", { className: "lc-menu", role: "group", hidden: true });
    this.menu.setAttribute("aria-label", this.say("add"));
    this.random = this.item("add_random", () => this.put(someSeed(), this.anyClass()));
    this.random.dataset.do = "add";
    this.explore = this.item("add_explore", () => this.on.insert([this.on.explored()]));
    this.explore.dataset.do = "explore";
    this.several = this.item("add_several", () =>
      this.on.insert(
        Array.from({ length: SEVERAL }, () => ({ seed: someSeed(), label: this.label })),
      ),
    );
    this.drawn = this.item("add_drawing", () => this.open());
    this.seed = make("input", {
      inputMode: "numeric",
      autocomplete: "off",
      maxLength: 10,
      placeholder: this.say("seed"),
      ariaLabel: this.say("seed"),
    });
    this.form = make("form", { className: "lc-by-seed" }, this.seed, button(this.say("add_seed")));
    this.form.lastChild.type = "submit";
    this.wrong = make("p", { className: "ls-error", role: "alert" });
    this.menu.append(this.random, this.several, this.explore, this.drawn, this.form, this.wrong);
    this.element = make("div", { className: "lc-more" }, this.opener, this.menu);
    this.opener.addEventListener("click", () => this.toggle(this.menu.hidden));
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

  item(name, work) {
    const made = button(this.say(name));
    made.addEventListener("click", () => {
      this.toggle(false);
      work();
    });
    return made;
  }

  toggle(open) {
    if (open === !this.menu.hidden) return;
    this.menu.hidden = !open;
    this.wrong.textContent = "";
    this.opener.setAttribute("aria-expanded", String(open));
    this.explore.hidden = open ? !this.on.explored() : false;
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
    this.found = null;
    this.take.disabled = true;
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
    this.take = button(this.say("take"), "ls-primary");
    const close = button(this.say("close"));
    const title = make("h2", { textContent: this.say("drawing_title"), id: "lc-drawing-title" });
    const dialog = make(
      "dialog",
      { className: "lc-dialog ls-panel" },
      title,
      sketch.element,
      make("div", { className: "ls-row lc-dialog-end" }, close, this.take),
    );
    dialog.setAttribute("aria-labelledby", title.id);
    this.take.addEventListener("click", () => {
      dialog.close();
      this.on.insert([this.found]);
    });
    close.addEventListener("click", () => dialog.close());
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
