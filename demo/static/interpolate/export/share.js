// Sharing of clips: links, recipe files, and exported files opened or dropped onto the tab.

import { button, copyAddress, download, make, speaker, thank } from "../../core/dom.js";
import { acceptFiles } from "../../core/file_drop.js";
import { askHub } from "../../core/hub_request.js";
import { times } from "../../latent/vectors.js";
import { ClipError } from "../../recipes/clip_recipe.js";
import { readClip } from "../../recipes/embedded.js";
import { ImageRecipes, explain } from "../../recipes/image_recipe.js";

const FPS_NEAR = 0.05; // 33.3 stands for 100 / 3
const short = (x) => Number(x.toFixed(2));
const TOLD = ["frames", "fps", "scale"]; // fields that this server may limit
const ACCEPT = ".gif,.mp4,.webm,.webp,.png,.apng,.zip,.json,image/*,video/*,application/json";

/** Keep only the parts of a recipe that fit any model: seeds and classes. */
function plain(recipe, { classes }) {
  const keys = recipe.keys.map(({ z, class: of, ...key }) => {
    const label = Array.isArray(of) ? of.indexOf(Math.max(...of)) : (of ?? 0);
    return classes ? { ...key, class: label % classes } : key;
  });
  return { ...recipe, keys };
}

/**
 * `page` has recipe(): the clip's; settings(): its {frames, fps, scale}; about(): the model;
 * choose(id): switch to a model, resolves to whether it exists; restore(state), insert(key),
 * say(sentence).
 */
export class Share {
  constructor(words, limits, clips, page) {
    this.clips = clips;
    this.pictures = new ImageRecipes(limits);
    this.words = words;
    this.say = speaker(words, "interpolate");
    this.page = page;
    this.file = make("input", { type: "file", accept: ACCEPT, hidden: true });
    this.file.className = "lc-open-file";
    const link = this.action("copy_link", () => this.copy(link));
    const open = this.action("open", () => this.file.click());
    open.title = this.say("open_hint");
    this.element = make(
      "div",
      { className: "lc-share", role: "group" },
      link,
      this.action("save_recipe", () => this.save()),
      open,
      this.file,
    );
    this.element.setAttribute("aria-label", this.say("share"));
    this.file.addEventListener("change", () => {
      if (this.file.files[0]) this.read(this.file.files[0]);
      this.file.value = "";
    });
    addEventListener("hashchange", () => this.arrive());
  }

  action(name, work) {
    const made = button(this.say(name));
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

  async copy(link) {
    const hash = this.clips.toHash(this.page.recipe());
    this.arrived = hash;
    if (await copyAddress(hash)) thank(link, this.say("copied"));
    else this.page.say(this.say("copy_failed"));
  }

  save() {
    const recipe = this.page.recipe();
    const safe = recipe.model.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 60);
    const blob = new Blob([`${JSON.stringify(recipe)}\n`], { type: "application/json" });
    download(blob, `latent-studio-${safe}-${recipe.path}-${recipe.frames}f.json`);
  }

  /** Open an exported clip, a recipe, or a picture saved by Explore, which becomes a keyframe. */
  read(file) {
    return this.tried(async () => {
      const recipe = await readClip(file, this.clips, this.pictures);
      if (recipe.still) this.still(recipe.still);
      else await this.open(recipe);
    });
  }

  still(recipe) {
    const about = this.page.about();
    const { seed, z, classes, scale } = this.pictures.unpack(recipe, about);
    const weights = Array.isArray(classes) ? { weights: classes } : {};
    const label = Array.isArray(classes) ? classes.indexOf(Math.max(...classes)) : (classes ?? 0);
    const own = recipe.z !== undefined || scale !== 1;
    const place = own ? { z: Array.from(times(scale, z)) } : {};
    this.page.insert({ seed, label, ...weights, ...place });
  }

  async open(recipe) {
    const here = await this.page.choose(recipe.model);
    const about = this.page.about();
    this.page.restore(this.clips.unpack(here ? recipe : plain(recipe, about), about));
    const notes = [this.changed(recipe)];
    if (!here) notes.unshift(this.say("no_such_model", { model: recipe.model }));
    else if (recipe.model_id !== about.model_id) notes.unshift(this.say("newer_weights"));
    this.page.say(notes.filter((one) => one).join(" "));
    if (!here) askHub(recipe.model, () => this.tried(() => this.open(recipe)));
  }

  /** Return a sentence with the fields of a recipe that had to be changed, or "". */
  changed(recipe) {
    const settings = this.page.settings();
    const other = TOLD.filter((name) => Math.abs(recipe[name] - settings[name]) > FPS_NEAR);
    const list = other
      .map((name) => `${name} ${short(recipe[name])} \u2192 ${short(settings[name])}`)
      .join(", ");
    return list && this.say("changed", { list });
  }

  /** Show the clip of the recipe in the page's address, once per address. */
  arrive() {
    const { hash } = location;
    if (hash === this.arrived || !this.page.about()) return;
    this.arrived = hash;
    this.tried(async () => {
      const recipe = this.linked(hash);
      if (recipe) await this.open(recipe);
    });
  }

  linked(hash) {
    try {
      return this.clips.fromHash(hash);
    } catch (error) {
      if (error.message === "clip.damaged") throw new ClipError("interpolate.link_damaged");
      throw error;
    }
  }

  /** Open files dropped on `area`. */
  accept(area) {
    acceptFiles(area, (file) => this.read(file));
  }
}
