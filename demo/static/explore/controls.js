// The basic controls of the Explore tab: seed, scale, undo, and the numbers of z.

import { button, div, field, make, number, slider, speaker } from "../core/dom.js";
import { helped } from "../core/help.js";
import { shortcuts } from "../core/keyboard.js";
import { latent, randomSeed, SEED_MAX } from "../latent/latents.js";

const PRESSES = "button, summary, a, select, [role=tab]";

/** `page` is that of index.js. */
export class Controls {
  constructor(page) {
    const { store } = page;
    this.page = page;
    this.store = store;
    this.setRaw = null; // shows the numbers of z, once opened
    const w = (this.w = speaker(page.words, "explore"));
    const limits = { min: 0, max: SEED_MAX, step: 1 };
    this.seed = make("input", { type: "number", inputMode: "numeric", ...limits });
    this.seed.addEventListener("input", () => this.read());
    this.seed.addEventListener("blur", () => {
      if (this.seed.ariaInvalid !== "true") return;
      this.seed.ariaInvalid = "false";
      this.seed.value = store.state.seed;
      page.say("");
    });
    const randomise = () => store.setSeed(randomSeed());
    this.reset = button(w("reset"), "", () => {
      const { seed, z } = store.state;
      store.go({ z: latent(seed, z.length), scale: 1 });
    });
    this.undo = button(w("undo"), "", () => store.undo());
    this.redo = button(w("redo"), "", () => store.redo());
    this.scale = row(w("scale"), { min: 0, max: 1.5, step: 0.01 }, (scale) =>
      store.go({ scale }, "scale"),
    );
    this.line = make("span"); // says which latent is shown
    this.element = make(
      "section",
      {},
      div("ls-row", field(w("seed"), this.seed), button(w("randomise"), "ls-primary", randomise)),
      div("ls-row ls-thirds", this.reset, this.undo, this.redo),
      helped(this.scale.element, w("scale"), w("scale_hint")),
    );
    this.summary = make("summary", { className: "ls-note" }, w("raw"));
    this.raw = make("details", {}, this.summary);
    this.raw.addEventListener("toggle", () => this.unfold());
    shortcuts(page.isActive, store, (event) => {
      const free = event.code === "Space" && !event.target.closest?.(PRESSES);
      return free && !event.repeat ? randomise : null;
    });
  }

  read() {
    const seed = Number(this.seed.value);
    const fine = this.seed.value !== "" && Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX;
    this.seed.ariaInvalid = String(!fine);
    this.page.say(fine ? "" : this.w("seed_bad"));
    if (fine) this.store.setSeed(seed);
  }

  /** Create one slider for each number of z. */
  unfold() {
    const { store } = this;
    const model = this.page.model();
    if (!this.raw.open || this.setRaw || !model) return;
    const step = 0.05;
    const rows = Array.from({ length: model.z_dim }, (_, i) => {
      const axis = Float32Array.from({ length: model.z_dim }, (_, k) => Number(k === i));
      return row(`${this.w("raw_name")} ${i + 1}`, { min: -3, max: 3, step }, (value) =>
        store.slide(axis, value, `z${i}`),
      );
    });
    this.raw.replaceChildren(this.summary, ...rows.map(({ element }) => element));
    this.setRaw = (z) =>
      rows.forEach(({ range, shown }, i) => {
        if (document.activeElement !== range || Math.abs(range.value - z[i]) > step)
          range.value = z[i];
        shown.textContent = number(z[i]);
      });
    this.setRaw(store.state.z);
  }

  /** Another model's latents may have another length. */
  fold() {
    [this.setRaw, this.raw.open] = [null, false];
  }

  show() {
    const { seed, store } = this;
    const { state } = store;
    const moved = store.moved();
    this.line.textContent = this.w(moved ? "edited" : "at_seed", state);
    this.setRaw?.(state.z);
    if (Number(seed.value) !== state.seed || seed.value === "") seed.value = state.seed;
    this.scale.range.value = state.scale;
    this.scale.shown.textContent = `\u00d7 ${number(state.scale)}`;
    this.reset.disabled = !moved && state.scale === 1;
    this.undo.disabled = !store.past.length;
    this.redo.disabled = !store.future.length;
  }
}

function row(name, limits, slide) {
  const range = slider(limits);
  range.addEventListener("input", () => slide(Number(range.value)));
  const shown = make("output");
  const properties = { className: "ls-slider" };
  const element = make("label", properties, make("span", {}, name), range, shown);
  return { element, range, shown };
}
