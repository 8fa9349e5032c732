// Draws a picture or opens one, and searches the latent that generates it.

import { floats } from "../core/base64.js";
import { button, div, make, speaker } from "../core/dom.js";
import { show, shownAt } from "../core/pixel_scale.js";
import { unpack } from "../engine/scheduler.js";
import { paint } from "../engine/paint.js";
import { brush } from "./brush.js";
import { DrawingCanvas } from "./canvas.js";

const SHOWN_PX = 96; // of the target and the result

/**
 * `on` has find(payload): one step of the server's search; found(z, label, key): a state on the
 * way; back(): undo the search; model(): the panel's model.
 */
export class Sketch {
  constructor(words, on) {
    this.on = on;
    const w = (this.w = speaker(words, "explore"));
    this.search = null; // the running search: {key, moved}
    this.sheet = new DrawingCanvas(w("sketch_label"), () => this.refresh());
    this.brush = brush(this.sheet, w);
    this.hint = w("sketch_hint");
    this.find = button(w("find"), "ls-primary", () => (this.search ? this.cancel() : this.start()));
    this.clear = button(w("clear"), "", () => {
      this.pair.classList.add("ls-none");
      this.sheet.wipe();
    });
    this.undo = button(w("undo_stroke"), "", () => this.sheet.undo());
    this.undo.ariaLabel = w("undo_stroke_label");
    const file = make("input", { type: "file", accept: "image/*", hidden: true });
    file.addEventListener("change", () => {
      if (file.files[0]) this.load(file.files[0]);
      file.value = "";
    });
    this.open = button(w("open_image"), "", () => file.click());
    this.said = make("p", { className: "ls-note ls-verdict", role: "status" });
    this.bar = make("progress", { max: 1, value: 0 });
    this.yours = make("canvas", { className: "ls-pixels" });
    this.found = make("canvas", { className: "ls-pixels" });
    const figure = (canvas, key) =>
      make("figure", {}, canvas, make("figcaption", { className: "ls-note" }, w(key)));
    const pictures = [figure(this.yours, "yours"), figure(this.found, "models")];
    this.pair = div("ls-pair ls-none", ...pictures);
    this.element = div(
      "ls-column ls-companion",
      div("ls-square", this.sheet.canvas),
      this.brush.element,
      div("ls-row", this.find, this.undo, this.clear, this.open, file),
      this.bar,
      this.said,
      this.pair,
    );
    this.refresh();
  }

  setModel({ data, shape }) {
    const colour = (this.colour = shape[2] === 3);
    this.brush.show(colour);
    this.sheet.fit(shape[0]);
    const grey = data === "mnist" ? "sketch_hint" : "sketch_hint_grey";
    this.hint = this.w(colour ? "sketch_hint_colour" : grey);
    this.refresh();
  }

  refresh() {
    const { sheet, search } = this;
    sheet.locked = Boolean(search);
    this.undo.disabled = this.clear.disabled = sheet.blank || sheet.locked;
    this.find.disabled = sheet.blank && !search;
    this.open.disabled = sheet.locked;
    this.find.textContent = this.w(search ? "cancel" : "find");
    this.bar.classList.toggle("ls-none", !search);
    if (!search && sheet.blank) this.said.textContent = this.hint;
  }

  async load(file) {
    if (this.search) return;
    try {
      await this.sheet.open(file);
      this.said.textContent = "";
    } catch (error) {
      this.said.textContent = this.w(`image_${error.message}`);
    }
  }

  async start() {
    const search = { key: `find:${performance.now()}`, moved: false };
    this.search = search;
    [this.bar.value, this.said.textContent] = [0, this.w("searching")];
    this.refresh();
    const { model, shape } = this.on.model();
    /** @type {any} */
    let request = { model, ...this.sheet.picture(shape[2] === 3 ? 3 : 1) };
    let sentence = null;
    while (!sentence) {
      const answer = (await this.on.find(request).catch(() => null)) ?? { error: this.w("failed") };
      if (this.search !== search) return; // cancelled in the meantime
      if (answer.error) sentence = answer.error;
      else if (this.on.model().model !== model) sentence = this.w("cancelled");
      else {
        this.step(answer, search);
        if (answer.done) sentence = this.verdict(answer);
        request = { model, state: answer.state };
      }
    }
    this.search = null;
    this.said.textContent = sentence;
    this.refresh();
  }

  step(answer, search) {
    search.moved = this.awaited = true;
    this.bar.value = answer.progress;
    this.on.found(floats(answer.z), answer.label, search.key);
    this.show(this.yours, unpack({ ...answer, pixels: answer.target }));
  }

  /** The large picture has changed: during a search it is the result so far. */
  drawn(image) {
    if (!this.awaited) return;
    this.awaited = false;
    this.show(this.found, image);
    this.pair.classList.remove("ls-none");
  }

  show(canvas, image) {
    paint(canvas, image);
    show(canvas, image.h, shownAt(image.h, SHOWN_PX));
  }

  verdict({ verdict, match, distance }) {
    const values = { match: Math.round(100 * match), error: Math.round(distance) };
    const advice = verdict === "roughly" && this.colour ? "_colour" : "";
    return this.w(`verdict_${verdict}${advice}`, values);
  }

  cancel() {
    const { moved } = this.search;
    [this.search, this.awaited] = [null, false];
    if (moved) this.on.back();
    this.pair.classList.add("ls-none");
    this.said.textContent = this.w("cancelled");
    this.refresh();
  }
}
