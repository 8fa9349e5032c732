// The basic controls of the Explore tab: seed, scale, undo, and the numbers of z.

import { fill, number } from "../core/dom.js";
import { latent, randomSeed, SEED_MAX } from "../latent/latents.js";
import { rawSliders, keyboard } from "./view.js";

/** Connects the controls of the skeleton `v` to the store; `page` has words, model() and say(). */
export class Controls {
  constructor(v, store, page) {
    this.v = v;
    this.store = store;
    this.page = page;
    this.setRaw = null; // shows the numbers of z, once opened
    const undo = () => store.undo();
    const redo = () => store.redo();
    const randomise = () => store.setSeed(randomSeed());
    v.randomise.addEventListener("click", randomise);
    v.reset.addEventListener("click", () => {
      const { seed, z } = store.state;
      store.go({ z: latent(seed, z.length), scale: 1 });
    });
    v.undo.addEventListener("click", undo);
    v.redo.addEventListener("click", redo);
    v.scale.addEventListener("input", () => store.go({ scale: Number(v.scale.value) }, "scale"));
    v.seed.addEventListener("input", () => this.read());
    v.seed.addEventListener("blur", () => {
      if (v.seed.getAttribute("aria-invalid") !== "true") return;
      v.seed.setAttribute("aria-invalid", false);
      v.seed.value = store.state.seed;
      page.say("");
    });
    v.raw.addEventListener("toggle", () => this.unfold());
    keyboard(v, { randomise, undo, redo });
  }

  /** Apply the typed seed. */
  read() {
    const { seed: box } = this.v;
    const seed = Number(box.value);
    const fine = box.value !== "" && Number.isInteger(seed) && seed >= 0 && seed <= SEED_MAX;
    box.setAttribute("aria-invalid", !fine);
    this.page.say(fine ? "" : this.page.words["explore.seed_bad"]);
    if (fine) this.store.setSeed(seed);
  }

  unfold() {
    const model = this.page.model();
    if (!this.v.raw.open || this.setRaw || !model) return;
    const axis = (i) => Float32Array.from({ length: model.z_dim }, (_, k) => Number(k === i));
    const slide = (i, value) => this.store.slide(axis(i), value, `z${i}`);
    this.setRaw = rawSliders(this.v, model.z_dim, this.page.words, slide);
    this.setRaw(this.store.state.z);
  }

  /** Another model's latents may have another length. */
  fold() {
    [this.setRaw, this.v.raw.open] = [null, false];
  }

  show() {
    const {
      v,
      store,
      page: { words },
    } = this;
    const { state } = store;
    this.setRaw?.(state.z);
    if (Number(v.seed.value) !== state.seed || v.seed.value === "") v.seed.value = state.seed;
    v.scale.value = state.scale;
    v.scaled.textContent = `\u00d7 ${number(state.scale)}`;
    const moved = store.moved();
    v.state.textContent = fill(words[`explore.${moved ? "edited" : "at_seed"}`], state);
    v.reset.disabled = !moved && state.scale === 1;
    v.undo.disabled = !store.past.length;
    v.redo.disabled = !store.future.length;
  }
}
