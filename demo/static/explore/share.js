// Saving and sharing: the gallery, links, pictures with embedded recipes, and Interpolate.

import { thank } from "../core/dom.js";
import { sendKey, classOf } from "../core/keyframe_store.js";
import { splitId } from "../core/shown_step.js";
import { times } from "../latent/vectors.js";
import { RecipeError, packPicture, unpackPicture } from "../recipes/image_recipe.js";
import { savePicture } from "../recipes/png.js";
import { Share } from "../recipes/share.js";
import { Gallery } from "./gallery.js";

const AVATAR = new URL("../avatar.js", import.meta.url); // the file with avatar/index.js
const SAVED_PX = 448; // approximate width of a saved picture, a whole multiple of the model's
const TAB = {
  name: "explore",
  kind: "picture",
  hash: "#recipe=",
  linkMax: 20000, // as in earlier versions, which open no longer ones
  accept: "image/png,.png",
  className: "ls-recipe-file",
};

export class PictureShare extends Share {
  /**
   * `page` has model(): the panel's value; shown(): {image, state} of the large picture;
   * open(id, make): show make(model), a state, and resolve to that model or null; say(sentence).
   */
  constructor(words, limits, page) {
    super(words, TAB, page.say);
    this.limits = limits;
    this.page = page;
    this.avatar = null; // the dialog, once opened
    this.album = new Gallery(words, {
      onpick: (picture) => this.tried(() => this.open({ picture })),
    });
    this.gallery = this.album.element;
    this.actions = this.group(
      "ls-actions",
      this.action("keep", () => this.keep(), "ls-primary"),
      this.link,
      this.action("save_picture", () => this.save()),
      this.action("avatar", () => this.makeAvatar()),
      this.action("open_picture", () => this.file.click()),
      this.action("send", (made) => this.send(made)),
    );
  }

  /** Return the recipe of the large picture. */
  recipe() {
    const { image, state } = this.page.shown();
    const { model, classes } = this.page.model();
    const { model_id } = image;
    return packPicture({ ...state, model, model_id, classes: classes ? state.classes : null });
  }

  keep() {
    const { labels } = this.page.model();
    return this.album.add(this.recipe(), this.page.shown().image, labels);
  }

  save() {
    const { image } = this.page.shown();
    return savePicture(image, this.recipe(), Math.max(1, Math.round(SAVED_PX / image.h)));
  }

  async makeAvatar() {
    const { $explore_avatar_index: avatar } = await import(AVATAR.href).catch(() => {
      throw new RecipeError(this.words["explore.failed"]);
    });
    this.avatar ??= new avatar.Avatar(this.words, this.actions);
    const { image, state } = this.page.shown();
    await this.avatar.open(image, this.recipe(), state);
  }

  send(made) {
    const { state } = this.page.shown();
    const asIs = !this.recipe().z && state.scale === 1;
    sendKey(splitId(this.page.model().model)[0], {
      seed: state.seed,
      ...classOf(state.classes, this.limits),
      ...(asIs ? {} : { z: Array.from(times(state.scale, state.z)) }),
    });
    thank(made, this.text("sent"));
  }

  /** Show the picture of a recipe. */
  async open({ picture }) {
    const model = await this.page.open(picture.model, (about) => {
      const state = unpackPicture(picture, about, this.words);
      return { ...state, classes: state.classes ?? 0 };
    });
    if (model && model.model_id !== picture.model_id) this.say(this.text("newer_weights"));
  }
}
