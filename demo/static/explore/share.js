// Saving and sharing: the gallery, links, pictures with embedded recipes, and Interpolate.

import { button, copyAddress, make, thank } from "../core/dom.js";
import { acceptFiles } from "../core/file_drop.js";
import { sendKey, classOf, followLinks } from "../core/keyframe_store.js";
import { splitId } from "../core/shown_step.js";
import { times } from "../latent/vectors.js";
import { ImageRecipes, explain } from "../recipes/image_recipe.js";
import { savePicture, readPicture } from "../recipes/png.js";
import { Gallery } from "./gallery.js";

const SAVED_PX = 448; // approximate width of a saved picture, a whole multiple of the model's

/**
 * `page` has model(): the panel's value; shown(): {image, state} of the large picture;
 * open(id, make): show make(model), a state, and resolve to that model or null; say(sentence).
 */
export class Share {
  constructor(words, limits, page) {
    this.words = words;
    this.limits = limits;
    this.recipes = new ImageRecipes(limits);
    this.page = page;
    const w = (key) => words[`explore.${key}`];
    this.album = new Gallery(words, this.recipes, { onpick: (recipe) => this.show(() => recipe) });
    this.file = make("input", { type: "file", accept: "image/png,.png", hidden: true });
    this.file.className = "ls-recipe-file";
    const link = this.action("copy_link", () => this.copy(link));
    const send = this.action("send", () => this.send(send));
    this.actions = make(
      "div",
      { className: "ls-actions", role: "group" },
      this.action("keep", () => this.keep(), "ls-primary"),
      link,
      this.action("save_picture", () => this.save()),
      this.action("open_picture", () => this.file.click()),
      send,
      this.file,
    );
    this.actions.setAttribute("aria-label", w("share"));
    this.gallery = this.album.element;
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) this.open(this.file.files[0]);
      this.file.value = "";
    });
    window.addEventListener("hashchange", () => this.arrive());
    followLinks();
  }

  /** Create a button whose RecipeErrors are shown. */
  action(name, work, extra = "") {
    const made = button(this.words[`explore.${name}`], extra);
    made.addEventListener("click", () => this.tried(work));
    return made;
  }

  async tried(work) {
    try {
      this.page.say("");
      await work();
    } catch (error) {
      this.page.say(explain(error, this.words));
    }
  }

  /** Return the recipe of the large picture. */
  recipe() {
    const { image, state } = this.page.shown();
    const { model, classes } = this.page.model();
    return this.recipes.pack({
      ...state,
      model,
      model_id: image.model_id,
      classes: classes ? state.classes : null,
    });
  }

  keep() {
    const { labels } = this.page.model();
    return this.album.add(this.recipe(), this.page.shown().image, { names: labels });
  }

  save() {
    const { image } = this.page.shown();
    return savePicture(image, this.recipe(), Math.max(1, Math.round(SAVED_PX / image.h)));
  }

  async copy(link) {
    const hash = this.recipes.toHash(this.recipe());
    this.arrived = hash;
    if (await copyAddress(hash)) thank(link, this.words["explore.copied"]);
    else this.page.say(this.words["explore.copy_failed"]);
  }

  send(made) {
    const { state } = this.page.shown();
    const { z } = this.recipe();
    const asIs = !z && state.scale === 1;
    sendKey(splitId(this.page.model().model)[0], {
      seed: state.seed,
      ...classOf(state.classes, this.limits),
      ...(asIs ? {} : { z: Array.from(times(state.scale, state.z)) }),
    });
    thank(made, this.words["explore.sent"]);
  }

  /** Show the picture of a PNG file with a recipe. */
  open(file) {
    return this.show(() => readPicture(file, this.recipes));
  }

  /** Show the picture of the recipe that `read` returns; its RecipeErrors are shown. */
  show(read) {
    return this.tried(async () => {
      const recipe = await read();
      const model = await this.page.open(recipe.model, (about) => {
        const { seed, z, classes, scale } = this.recipes.unpack(recipe, about);
        return { seed, z, classes: classes ?? 0, scale };
      });
      if (model && model.model_id !== recipe.model_id) {
        this.page.say(this.words["explore.newer_weights"]);
      }
    });
  }

  /** Show the picture of the recipe in the page's address, once per address. */
  arrive() {
    const { hash } = location;
    if (!hash || hash === this.arrived) return;
    this.arrived = hash;
    this.tried(async () => {
      const recipe = this.recipes.fromHash(hash);
      if (recipe) await this.show(() => recipe);
    });
  }

  /** Open PNG files dropped on `area`, unless `other(file, target)` takes them. */
  accept(area, other) {
    acceptFiles(area, (file, target) => {
      if (!other(file, target)) this.open(file);
    });
  }
}
