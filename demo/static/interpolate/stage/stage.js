// The playing loop: makes a plan from a state, pictures from the plan, and shows the one of the
// current time. An edit draws the frame at the playhead first and keeps the position in the loop.

import { LoopCanvas } from "./canvas.js";
import { Frames } from "./frames.js";
import { Planner } from "./planner.js";
import { Player } from "../../time/player.js";
import { frameCount, rate } from "../settings.js";

const FILM_MS = 120; // between updates of the strip

/**
 * `on` has placed(time, index): the playhead moved; filmed(): there are more pictures;
 * measured(): speed is even now; drawn(): all pictures are there; failed(error or null);
 * played(playing).
 */
export class Stage {
  constructor(engine, label, tables, on) {
    this.on = on;
    this.canvas = new LoopCanvas(label, tables);
    this.frames = new Frames(engine, {
      ...on,
      arrived: (indices) => this.arrived(indices),
      position: () => this.player.index,
    });
    this.plans = new Planner(engine, on.measured);
    const show = (index, phase) => this.show(index, phase);
    this.player = new Player(this.canvas.element, { ...on, show });
    this.plan = null;
    this.keys = [];
  }

  /**
   * Play these keys. `given` are the state's own objects, by which the position in the loop is
   * restored. Throws PlanError if there is no path through them.
   */
  play(keys, settings, about, given) {
    const place = this.plan && this.placeOf(this.player.phase);
    const plan = this.plans.make(keys, settings, about);
    const { back, tiles } = settings;
    const alike = this.settings?.tiles === tiles && this.model === about.model;
    const kept = alike && this.plan && same(plan, this.plan);
    this.plan = plan;
    this.settings = settings;
    this.keys = given;
    this.model = about.model;
    this.times = [...plan.keyTimes.map((time) => time * (back ? 2 : 1)), 1];
    this.seconds = frameCount(settings) / rate(settings);
    this.player.measure(plan.count, this.seconds);
    if (!alike) this.canvas.image = null;
    if (!kept) {
      this.painted = null;
      this.frames.use(about.model, plan, tiles, (1000 * this.seconds) / plan.count);
    }
    if (place) this.player.phase = this.phaseOf(place);
    this.player.show();
  }

  rest() {
    this.plan = null;
    this.times = this.painted = null;
    this.player.measure(0, 1);
  }

  /** Redraw all pictures: the weights have changed. */
  renew() {
    this.plans.renew();
    if (this.plan) this.frames.renew();
  }

  // --- time ----------------------------------------------------------------------------------

  /** Return the time of a phase of the clip: 0 to 1, without the way back. */
  time(phase) {
    const { count, way } = this.plan;
    if (this.settings.back) return 1 - Math.abs(1 - 2 * phase);
    return way.curve.closed ? phase : Math.min(1, (phase * count) / (count - 1));
  }

  /** Return the phase of a time, on the way forth. */
  phase(time) {
    const { count, way } = this.plan;
    if (this.settings.back) return time / 2;
    return way.curve.closed ? time : (time * (count - 1)) / count;
  }

  /** Return the first frame at or after a time. */
  indexAt(time) {
    const { count } = this.plan;
    return Math.min(count - 1, Math.max(0, Math.ceil(this.phase(time) * count - 1e-6)));
  }

  seek(time) {
    this.player.go((this.indexAt(time) + 0.01) / this.plan.count);
  }

  /** Return the picture at a time, as far as it is drawn. */
  frame(time) {
    return this.plan && this.frames.at(this.indexAt(time));
  }

  /** Locate a phase: the keyframe before it, and the fraction of the way to the next. */
  placeOf(phase) {
    const time = this.time(phase);
    let i = this.times.length - 2;
    while (i > 0 && this.times[i] > time) i -= 1;
    const room = this.times[i + 1] - this.times[i];
    const share = room > 0 ? (time - this.times[i]) / room : 0;
    const returning = this.settings.back && phase > 0.5;
    return { key: this.keys[i], index: i, share, phase, returning };
  }

  phaseOf({ key, index, share, phase, returning }) {
    const found = this.keys.indexOf(key);
    const i = found >= 0 ? found : index;
    if (i >= this.times.length - 1) return phase;
    const time = this.times[i] + share * (this.times[i + 1] - this.times[i]);
    return Math.min(1 - 1e-9, returning ? 1 - this.phase(time) : this.phase(time));
  }

  /** Return the part of every cell in which the loop rests, in units of `times`, from its frames. */
  rests() {
    const { u, count } = this.plan;
    return this.keys.map((_, i) => {
      const still = u.filter((at) => at === i).length;
      return still > 1 ? still / count : 0;
    });
  }

  // --- pictures ------------------------------------------------------------------------------

  show(index, phase) {
    if (!this.plan) return;
    const entry = this.frames.at(index);
    if (entry && entry !== this.painted) this.canvas.paint((this.painted = entry));
    const waiting = !this.frames.made.has(index) && (!this.painted || !this.player.moving);
    if (waiting) this.hurry(index);
    this.on.placed(this.time(phase), index);
  }

  async hurry(index) {
    if (this.hurried?.index === index && this.hurried.plan === this.plan) return;
    this.hurried = { index, plan: this.plan };
    await this.frames.draw([index], "now").catch(() => {}); // the drawing ahead reports the error
    this.hurried = null;
  }

  arrived(indices) {
    const { index } = this.player;
    if (!this.painted || indices.includes(index)) this.player.show();
    this.filming ??= setTimeout(() => {
      this.filming = null;
      this.on.filmed();
    }, FILM_MS);
  }
}

/** Whether two plans are known to show the same at every frame. */
function same(one, other) {
  return (
    one.way === other.way &&
    one.closes === other.closes &&
    one.pace === other.pace &&
    one.count === other.count &&
    one.u.every((u, i) => u === other.u[i])
  );
}
