// The dialog "Make an avatar": the large picture as a PNG, a loop around it, or a sheet of variations.
// Loaded when it is first opened.

import { button, div, download, field, make, segments, speaker } from "../../core/dom.js";
import { norm, times } from "../../latent/vectors.js";
import { packLatent } from "../../recipes/image_recipe.js";
import { encodePng, fileName } from "../../recipes/png.js";
import { exportClip } from "./export_clip.js";
import { SHEET, loopAround, variationsOf } from "./neighbours.js";
import { resized } from "./resize.js";

const SIZES = [64, 128, 256, 512, 1024]; // px
const FIRST_PX = 256;
const LENGTH_ROOM = 0.15; // as NORM_RANGE of gan/latent/curves.py: a clip shortens longer latents
const LOOP = { path: "slerp", frames: 50, fps: 25 }; // two seconds
// as many frames as keyframes, each of which is one
const STILLS = { path: "slerp", even: false, format: "sprite" };

export class Avatar {
  /** The dialog is placed in `place`. */
  constructor(words, place) {
    this.words = words;
    const say = (this.say = speaker(words, "avatar"));
    const kinds = ["image", "loop", "sheet"].map((kind) => [kind, say(`kind.${kind}`)]);
    this.kinds = segments(words["explore.avatar"], kinds, (kind) => this.choose(kind));
    this.picture = make("img", { className: "ls-pixels ls-avatar", alt: words["explore.canvas"] });
    this.hint = make("p", { className: "ls-note" });
    this.differs = make("p", { className: "ls-note" }, say("differs"));
    this.size = make("select");
    this.format = make("select", {}, new Option("GIF", "gif"), new Option("APNG", "apng"));
    this.formats = field(words["interpolate.format"], this.format);
    this.line = div("ls-column");
    this.cancel = button(words["export.cancel"], "", () => this.stop.abort());
    this.start = button(words["export.start"], "ls-primary", () => this.export());
    const close = button(words["interpolate.close"], "", () => this.element.close());
    this.element = make(
      "dialog",
      { className: "lc-dialog ls-panel", ariaLabel: words["explore.avatar"] },
      make("h2", {}, words["explore.avatar"]),
      this.picture,
      this.kinds.element,
      this.hint,
      this.differs,
      div("ls-row", field(words["interpolate.size"], this.size), this.formats),
      this.line,
      div("ls-row lc-dialog-end", close, this.cancel, this.start),
    );
    this.element.addEventListener("close", () => this.stop?.abort());
    this.element.addEventListener("keydown", (event) => event.stopPropagation()); // Explore's keys
    place.append(this.element);
  }

  /** Offer a picture with its recipe, drawn from `state` of Explore. */
  async open(image, recipe, state) {
    this.image = image;
    this.recipe = recipe;
    this.z = times(state.scale, state.z);
    this.busy(false);
    this.choose("image");
    this.show(await this.png(image));
    if (!this.element.open) this.element.showModal();
  }

  choose(kind) {
    this.kind = kind;
    this.kinds.set(kind);
    this.hint.textContent = this.say(`hint.${kind}`);
    const length = norm(this.z) / Math.sqrt(this.z.length);
    this.differs.hidden = kind === "image" || Math.abs(length - 1) <= LENGTH_ROOM;
    this.formats.hidden = kind !== "loop";
    this.line.replaceChildren();
    const { columns, rows } = kind === "sheet" ? SHEET : { columns: 1, rows: 1 };
    const names = new Map(
      SIZES.map((px) => {
        const side = kind === "image" ? px : this.scale(px) * this.image.h;
        return [`${columns * side} \u00d7 ${rows * side} px`, px]; // of one name, the last
      }),
    );
    const wanted = this.size.value || String(FIRST_PX);
    this.size.replaceChildren(...Array.from(names, ([name, px]) => new Option(name, String(px))));
    this.size.value = wanted;
    if (this.size.selectedIndex < 0) this.size.selectedIndex = 0;
  }

  /** Return the largest whole scale at which a clip has at most `px`, which the server may limit. */
  scale(px) {
    return Math.max(1, Math.floor(px / this.image.h));
  }

  busy(is) {
    this.start.hidden = is;
    this.cancel.hidden = !is;
    (is ? this.cancel : this.start).focus();
  }

  /** Write the file, download it and show it. */
  async export() {
    const stop = (this.stop = new AbortController());
    const { signal } = stop;
    const name = this.name();
    this.busy(true);
    try {
      const file = await (this.kind === "image" ? this.still() : this.clip(signal));
      if (signal.aborted) return this.line.replaceChildren();
      download(file, name);
      this.show(file);
      this.tell("status", "ls-note", this.say("saved", { name }));
    } catch (error) {
      this.tell("alert", "ls-error", error.message || this.words["explore.failed"]);
    } finally {
      this.busy(false);
    }
  }

  still() {
    return this.png(resized(this.image, Number(this.size.value)));
  }

  clip(signal) {
    const loop = this.kind === "loop";
    const zs = (loop ? loopAround : variationsOf)(this.z);
    const { model, model_id, seed, classes } = this.recipe;
    const keys = zs.map((z) => ({
      seed,
      z: packLatent(seed, z),
      ...(classes === undefined ? {} : { class: classes }),
    }));
    const own = loop ? { ...LOOP, format: this.format.value } : { ...STILLS, frames: zs.length };
    const scale = this.scale(Number(this.size.value));
    const recipe = { latent_studio_clip: 1, model, model_id, keys, ...own, scale };
    return exportClip(recipe, { signal, show: (html) => (this.line.innerHTML = html) });
  }

  async png(image) {
    const bytes = await encodePng(image, 1, JSON.stringify(this.recipe));
    return new Blob([bytes], { type: "image/png" });
  }

  name() {
    const picture = fileName(this.recipe);
    if (this.kind === "image") return picture;
    const suffix = this.kind === "loop" && this.format.value === "gif" ? "gif" : "png";
    return picture.replace(/\.png$/, `-${this.kind}.${suffix}`);
  }

  show(file) {
    URL.revokeObjectURL(this.picture.src);
    this.picture.src = URL.createObjectURL(file);
  }

  tell(role, className, sentence) {
    this.line.replaceChildren(make("p", { role, className }, sentence));
  }
}
