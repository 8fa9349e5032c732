// Sharing of clips: links, recipe files, and exported files opened or dropped onto the tab.

import { download } from "../../core/dom.js";
import { sentences } from "../../core/format.js";
import { askHub } from "../../core/hub_request.js";
import { classOf } from "../../core/keyframe_store.js";
import { times } from "../../latent/vectors.js";
import { fileName } from "../../recipes/clip_recipe.js";
import { unpackPicture } from "../../recipes/image_recipe.js";
import { Share } from "../../recipes/share.js";

const FPS_NEAR = 0.05; // 33.3 stands for 100 / 3
const short = (x) => Number(x.toFixed(2));
const LIMITED = ["frames", "fps", "scale"]; // fields that this server may limit
const TAB = {
  name: "interpolate",
  kind: "clip",
  hash: "#clip=",
  linkMax: 64000, // browsers and messengers cut longer links
  accept: ".gif,.mp4,.webm,.webp,.png,.apng,.zip,.json,image/*,video/*,application/json",
  className: "lc-open-file",
};

export class ClipShare extends Share {
  /**
   * `page` has recipe(): the clip's; settings(): its {frames, fps, scale}; about(): the model;
   * choose(id): switch to a model, resolves to whether it exists; restore(state), insert(key),
   * say(sentence). `clips`: a ClipRecipes.
   */
  constructor(words, clips, page) {
    super(words, TAB, page.say);
    this.clips = clips;
    this.page = page;
    const open = this.action("open", () => this.file.click());
    open.title = this.text("open_hint");
    const save = this.action("save_recipe", () => this.save());
    this.element = this.group("lc-share", this.link, save, open);
  }

  recipe() {
    return this.clips.short(this.page.recipe());
  }

  save() {
    const recipe = this.page.recipe();
    const blob = new Blob([`${JSON.stringify(recipe)}\n`], { type: "application/json" });
    download(blob, `${fileName(recipe)}.json`);
  }

  /** Show a clip, or insert a picture saved by Explore as a keyframe. */
  async open({ clip, picture }) {
    if (picture) return this.insert(picture);
    const here = await this.page.choose(clip.model);
    const { keys, ...rest } = this.clips.unpack(clip);
    // seeds and classes fit any model
    const fit = here ? keys : keys.map(({ z, weights, ...key }) => key);
    this.page.restore({ ...rest, keys: fit });
    const notes = [this.changed(clip)];
    if (!here) notes.unshift(this.text("no_such_model", { model: clip.model }));
    else if (clip.model_id !== this.page.about().model_id)
      notes.unshift(this.text("newer_weights"));
    this.say(sentences(notes));
    // read again, since the server then checks whether the clip fits its model
    if (!here) askHub(clip.model, () => this.read(new Blob([JSON.stringify(clip)])));
    return undefined;
  }

  insert(picture) {
    const { seed, z, classes, scale } = unpackPicture(picture, this.page.about(), this.words);
    const own = picture.z !== undefined || scale !== 1;
    const place = own ? { z: Array.from(times(scale, z)) } : {};
    this.page.insert({ seed, ...classOf(classes, this.clips.limits), ...place });
  }

  /** Return a sentence with the fields of a recipe that had to be changed, or "". */
  changed(recipe) {
    const settings = this.page.settings();
    const other = LIMITED.filter((name) => Math.abs(recipe[name] - settings[name]) > FPS_NEAR);
    const list = other
      .map((name) => `${name} ${short(recipe[name])} \u2192 ${short(settings[name])}`)
      .join(this.words["app.comma"]);
    return list && this.text("changed", { list });
  }

  arrive() {
    if (this.page.about()) super.arrive();
  }
}
