// The time machine: a slider over the steps of a run whose weights are stored. Scrubbing shows one
// latent drawn at each step; when the slider rests, everything is drawn with that step's weights.

import { sleep } from "../core/debounce.js";
import { fill, html } from "../core/dom.js";
import { help } from "../core/help.js";
import { setShownStep, shownStep, onShownStep, splitId } from "../core/shown_step.js";
import { Film } from "./film.js";
import { pauseMs } from "./step_cache.js";
import { formatNumber } from "../core/format.js";

const REST_MS = 250;
const LOOK_MS = 10000; // between checks for new steps of a run in progress

/**
 * `on` has state(): {z, classes, scale} of the picture, a new object whenever it changes
 * (without it there is no playback); show(model, image): draw with this id from now on; `image` is
 * its picture or null; rest(model): draw everything with it now.
 */
export class TimeSlider {
  constructor(words, server, on) {
    this.words = words;
    this.server = server;
    this.on = on;
    [this.model, this.steps, this.playing, this.seen] = ["", [], null, -Infinity];
    this.film = on.state ? new Film(server, on.state) : null;
    const [name, hint] = [words["snapshot.time"], words["snapshot.hint"]];
    const parts = html`
      <div class="mo-time" role="group" aria-label="${name}" hidden>
        <button class="ls-btn mo-play" ref="play">${words["snapshot.play"]}</button>
        <input type="range" class="ls-range" min="0" step="1" aria-label="${name}" ref="range">
        <output class="mo-label" ref="label"></output>
        <button class="ls-btn mo-newest" ref="newest">${words["snapshot.newest"]}</button>
        ${help(name, hint)}
      </div>`;
    this.element = parts.element;
    this.play = parts.play;
    this.range = parts.range;
    this.label = parts.label;
    this.newest = parts.newest;
    this.play.hidden = !on.state;
    this.range.addEventListener("input", () => {
      this.stop();
      this.scrub(this.stops[Number(this.range.value)]);
    });
    this.range.addEventListener("change", () => this.rest());
    this.newest.addEventListener("click", () => {
      this.stop();
      this.put(null);
    });
    this.play.addEventListener("click", () => (this.playing ? this.rest() : this.start()));
    onShownStep(() => this.visible && this.follow());
    new IntersectionObserver(() => this.visible && this.look()).observe(this.element);
  }

  /** The model's id without its step. */
  get base() {
    return splitId(this.model)[0];
  }

  get step() {
    return splitId(this.model)[1];
  }

  /** The run's name, or null for any other model. */
  get run() {
    return this.base.startsWith("run:") ? this.base.slice(4) : null;
  }

  get stops() {
    return [...this.steps, null];
  }

  get visible() {
    return this.element.offsetParent !== null;
  }

  id(step) {
    return step === null ? this.base : `${this.base}@${step}`;
  }

  /** Set the model; for the run that is shown already, keep its shown step. */
  setModel(model) {
    if (model === this.base || model === this.model) return;
    this.stop();
    const [base, step] = splitId(model);
    if (base !== this.base) [this.steps, this.seen] = [[], -Infinity];
    this.model = model;
    this.film?.forget();
    if (step !== null) setShownStep(base.slice(4), step);
    this.draw();
    this.look();
  }

  /** Fetch the stored steps, if not done recently, and go to the run's shown step. */
  async look() {
    if (this.run && performance.now() - this.seen >= LOOK_MS) {
      this.seen = performance.now();
      this.request = this.fetchSteps(this.base);
    }
    await this.request; // a request is in progress
    this.follow();
  }

  async fetchSteps(base) {
    const answer = await this.server.moments({ model: base }).catch(() => null);
    if (base !== this.base || !answer?.steps || String(answer.steps) === String(this.steps)) return;
    this.steps = answer.steps;
    this.film?.forget(); // the run may have been rolled back and have repeated these steps
    this.draw();
  }

  /** Go to the step that was set on another tab: the last stored step that is not later. */
  follow() {
    if (this.playing || this.resting || !this.steps.length) return;
    const wanted = shownStep(this.run);
    const step = wanted === null ? null : (this.steps.findLast((one) => one <= wanted) ?? null);
    if (step !== this.step) this.put(step, false);
  }

  /** Show a step, or the newest (null), and redraw everything. */
  put(step, notify = true) {
    this.model = this.id(step);
    this.draw();
    this.rest(notify);
  }

  /** Go to a step if it is stored; resolves to its picture, or null. */
  async go(step) {
    this.stop();
    await this.look();
    if (!this.steps.length) return null;
    const image = this.steps.includes(step) ? await this.picture(step) : null;
    this.put(image ? step : null);
    return image;
  }

  /** Show a step's picture at once, and everything else when the slider rests. */
  async scrub(step) {
    this.model = this.id(step);
    this.draw();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST_MS);
    const image = step !== null && this.film ? await this.picture(step) : null;
    if (image && step === this.step) this.on.show(this.model, image);
  }

  /** Stay at the current step: notify the other tabs and draw everything. */
  rest(notify = true) {
    this.stop();
    if (notify) setShownStep(this.run, this.step);
    this.on.show(this.model, null);
    this.on.rest(this.model);
  }

  stop() {
    clearTimeout(this.resting);
    [this.playing, this.resting] = [null, 0];
    this.play.textContent = this.words["snapshot.play"];
  }

  /** The latent has changed: stop playback. */
  moved() {
    if (this.playing || this.resting) this.rest();
  }

  async start() {
    this.stop();
    this.play.textContent = this.words["snapshot.hold"];
    const mine = (this.playing = {});
    const from = this.step === null ? 0 : this.steps.indexOf(this.step);
    for (const step of this.steps.slice(from)) {
      const pause = sleep(pauseMs(this.steps.length));
      const image = await this.picture(step);
      if (mine !== this.playing) return;
      this.model = this.id(step);
      this.draw();
      if (image) this.on.show(this.model, image);
      await pause;
      if (mine !== this.playing) return;
    }
    this.put(null);
  }

  picture(step) {
    return this.film.picture(this.base, this.steps, step, Boolean(this.playing));
  }

  draw() {
    const { step, stops } = this;
    this.element.hidden = !this.steps.length;
    this.range.max = stops.length - 1;
    this.range.value = stops.indexOf(step);
    const text =
      step === null
        ? this.words["snapshot.at_newest"]
        : fill(this.words["snapshot.at"], { step: formatNumber(step) });
    this.label.textContent = text;
    this.range.setAttribute("aria-valuetext", text);
    this.newest.disabled = step === null;
  }
}
