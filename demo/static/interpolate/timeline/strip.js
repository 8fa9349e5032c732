// The timeline: keyframes as thumbnails at their times, the pictures between them, the playhead.
// It changes nothing itself but calls the actions.

import { div, make, note, speaker } from "../../core/dom.js";
import { show, shownAt } from "../../core/pixel_scale.js";
import { paint } from "../../engine/paint.js";
import { classText } from "../../recipes/image_recipe.js";
import { gestures } from "./drag.js";
import { Filmstrip } from "./filmstrip.js";
import { Scale } from "./scale.js";

const THUMB_PX = 64; // at most: 28 px are shown at 56, all others at 64
const LEAST_PX = THUMB_PX + 12;
const LASTS_PX = 2 * THUMB_PX + 4; // of the narrowest cell that shows its seconds

export class Strip {
  /** frame(time) returns the picture of a time, {pixels, h, w, c} or null. */
  constructor(words, actions, frame) {
    this.say = speaker(words, "interpolate");
    this.actions = actions;
    this.frame = frame;
    this.cells = [];
    this.times = [0, 1];
    const listbox = { role: "listbox", ariaOrientation: "horizontal" };
    this.list = make("div", { ...listbox, ariaLabel: this.say("keys") });
    this.head = make("div", { className: "lc-head", ariaHidden: "true" });
    this.marker = make("div", { className: "lc-marker", hidden: true });
    const limits = { min: 0, max: 1, value: 0, ariaLabel: this.say("scrub") };
    this.scrub = make("input", { type: "range", className: "lc-scrub", ...limits });
    const parts = [div("lc-rail"), this.list, this.scrub, this.head, this.marker];
    this.track = div("lc-track", ...parts);
    this.scroller = div("lc-scroller", this.track);
    this.element = div("lc-timeline", this.scroller);
    gestures(this.track, this.scroller, this);
    new ResizeObserver(() => this.layout()).observe(this.scroller);
  }

  /** `times`: the starts of the keys and the end, 0 to 1; `seconds`: without the way back. */
  show({ keys, chosen, labels, times, seconds }) {
    const moved = keys.length !== this.cells.length || chosen !== this.chosen;
    this.times = times;
    this.seconds = seconds;
    this.chosen = chosen;
    while (this.cells.length > keys.length) this.cells.pop().box.remove();
    while (this.cells.length < keys.length) this.cells.push(this.cell(this.cells.length));
    keys.forEach((key, i) => this.name(this.cells[i], key, i, labels));
    this.layout();
    if (moved) this.reveal();
  }

  cell(index) {
    const thumb = make("canvas", { className: "ls-pixels", width: 1, height: 1 });
    const label = make("span");
    const properties = { type: "button", className: "lc-key lc-late", role: "option" };
    const key = make("button", properties, thumb, label);
    const film = make("canvas", { className: "lc-film ls-pixels", ariaHidden: "true", width: 1 });
    const time = note("", "lc-lasts");
    const edge = make("div", { className: "lc-edge", ariaHidden: "true", title: this.say("edge") });
    const box = div("lc-cell", key, film, time, edge);
    box.role = "presentation";
    box.dataset.index = index;
    this.list.append(box);
    return { box, key, thumb, label, film: new Filmstrip(film), time, edge };
  }

  name({ key: button, label }, key, index, labels) {
    const of = classText(key.weights ?? key.label, labels);
    const seed = key.z ? this.say("explored") : key.seed;
    label.textContent = button.title = labels.length ? `${of} · ${seed}` : seed;
    button.ariaSelected = String(index === this.chosen);
    button.tabIndex = index === this.chosen ? 0 : -1;
    const values = { n: index + 1, label: of, seed };
    // what is shown comes first: people name a button by it
    const name = this.say(labels.length ? "key_class" : "key", values);
    button.ariaLabel = this.say("label", { name: label.textContent, text: name });
  }

  layout() {
    if (!this.scroller.clientWidth || !this.cells.length) return;
    this.scale = new Scale(this.times, this.scroller.clientWidth, LEAST_PX);
    const { edges, width } = this.scale;
    this.track.style.width = `${width}px`;
    this.cells.forEach(({ box, time, edge }, i) => {
      const size = edges[i + 1] - edges[i];
      box.style.left = `${edges[i]}px`;
      box.style.width = `${size}px`;
      const lasts = (this.times[i + 1] - this.times[i]) * this.seconds;
      const text = this.say("lasts", { s: lasts.toFixed(lasts < 10 ? 2 : 1) });
      time.textContent = size > LASTS_PX ? text : "";
      edge.hidden = i === this.cells.length - 1;
    });
    this.place(this.time ?? 0);
    this.film();
  }

  /** Set the thumbnail of keyframe i; null dims the current one. */
  thumb(i, image) {
    const cell = this.cells[i];
    if (!cell) return;
    cell.key.classList.toggle("lc-late", !image);
    if (!image || cell.image === image) return;
    cell.image = image;
    paint(cell.thumb, image);
    show(cell.thumb, image.h, shownAt(image.h, THUMB_PX));
  }

  /** Show the pictures between the keyframes, as far as they are drawn. */
  film() {
    if (!this.scale) return;
    const { edges } = this.scale;
    const first = this.frame(this.times[0]);
    this.cells.forEach(({ film }, i) =>
      film.show(edges[i] + THUMB_PX + 8, edges[i + 1] - 8, this.scale, this.frame, first),
    );
  }

  place(time) {
    this.time = time;
    if (this.scale) this.head.style.transform = `translateX(${this.scale.x(time).toFixed(2)}px)`;
  }

  reveal() {
    const { edges } = this.scale ?? {};
    if (!edges || this.chosen >= this.cells.length) return;
    const [left, room] = [edges[this.chosen], this.scroller.clientWidth];
    const { scrollLeft } = this.scroller;
    if (left < scrollLeft || left + LEAST_PX > scrollLeft + room) {
      this.scroller.scrollLeft = left - room / 2;
    }
  }

  focus() {
    this.cells[this.chosen]?.key.focus();
  }

  // --- gestures of drag.js -------------------------------------------------------------------

  scrubTo(x, phase) {
    this.actions.scrub(this.scale.time(x), phase);
  }

  pick(i) {
    this.actions.pick(i);
  }

  /** Move boundary i to px x of the scale at the start of the drag. */
  stretch(i, x, done) {
    this.held ??= this.scale;
    this.actions.stretch(i, this.held.time(x), done);
    if (done) this.held = null;
  }

  lift(i) {
    this.cells[i].key.classList.add("lc-lifted");
  }

  carry(i, x, from) {
    this.cells[i].key.style.transform = `translate(${x - from}px, -6px)`;
    const gap = this.gap(x);
    this.marker.hidden = gap === i || gap === i + 1;
    this.marker.style.transform = `translateX(${this.scale.edges[gap]}px)`;
  }

  drop(i, x) {
    const { key } = this.cells[i];
    key.classList.remove("lc-lifted");
    key.style.transform = "";
    this.marker.hidden = true;
    if (x === null) return;
    const gap = this.gap(x);
    const to = gap > i ? gap - 1 : gap;
    if (to !== i) this.actions.move(i, to);
    else this.pick(i);
  }

  /** Return the gap between cells nearest to a px: 0 before the first, k after the last. */
  gap(x) {
    const { edges } = this.scale;
    return edges.findIndex((edge, i) => i === edges.length - 1 || x < (edge + edges[i + 1]) / 2);
  }
}
