// Plays the clip of the latent, for models of clips: the same content at another time.

import { button, div, heading, html, make, number, speaker } from "../core/dom.js";
import { helped } from "../core/help.js";
import { latent, randomSeed } from "../latent/latents.js";
import { FRAMES_PER_S, joined, moved } from "../latent/motion.js";

const PERIOD = 64; // frames, after which the clip repeats

export class Motion {
  /** `draw()` draws the picture of now; `store` is that of state.js. */
  constructor(words, store, draw) {
    const w = (this.w = speaker(words, "explore"));
    [this.motion, this.t, this.ticking, this.last] = [null, 0, 0, 0];
    this.draw = draw;
    const name = w("motion");
    const parts = html`
      <div class="ls-column" role="group" aria-label="${name}">
        <label class="ls-slider"><span>${w("motion_time")}</span>
          <input type="range" class="ls-range" min="0" max="${PERIOD}" step="0.1" value="0" ref="time">
          <output ref="frame"></output></label>
        <label class="ls-slider"><span>${w("motion_speed")}</span>
          <input type="range" class="ls-range" min="0.1" max="2" step="0.1" value="1" ref="speed">
          <output ref="factor"></output></label>
      </div>`;
    this.time = parts.time;
    this.speed = parts.speed;
    this.frame = parts.frame;
    this.factor = parts.factor;
    this.play = button(w("motion_play"), "ls-primary", () => this.toggle());
    const fresh = (mix) => () => {
      const other = latent(randomSeed(), store.state.z.length);
      store.go({ z: mix(store.state.z, other) });
    };
    const motion = fresh((z, other) => joined(this.motion, z, other));
    const content = fresh((z, other) => joined(this.motion, other, z));
    const row = div(
      "ls-row ls-thirds",
      this.play,
      button(w("new_motion"), "", motion),
      button(w("new_content"), "", content),
    );
    const title = helped(heading(name), name, w("motion_hint"));
    this.element = make("section", { hidden: true }, title, row, parts.element);
    this.time.addEventListener("input", () => {
      this.pause();
      this.set(Number(this.time.value));
    });
    this.speed.addEventListener("input", () => this.show());
    this.show();
  }

  setModel({ motion }) {
    if (!motion) this.pause();
    this.motion = motion;
    this.element.hidden = !motion;
  }

  /** Return the latent of frame t, that of now: z is that of frame 0. */
  at(z, t = this.t) {
    return this.motion && t ? moved(this.motion, z, t, PERIOD) : z;
  }

  toggle() {
    if (this.ticking) return this.pause();
    this.last = performance.now();
    this.ticking = requestAnimationFrame((now) => this.tick(now));
    this.show();
  }

  pause() {
    cancelAnimationFrame(this.ticking);
    this.ticking = 0;
    this.show();
  }

  tick(now) {
    this.ticking = requestAnimationFrame((then) => this.tick(then));
    if (!this.element.checkVisibility()) return; // another tab is shown
    const passed = (FRAMES_PER_S * Number(this.speed.value) * (now - this.last)) / 1000;
    this.last = now;
    this.set((this.t + Math.min(passed, FRAMES_PER_S)) % PERIOD);
  }

  set(t) {
    this.t = t;
    this.show();
    this.draw();
  }

  show() {
    const { w } = this;
    this.play.textContent = w(this.ticking ? "motion_pause" : "motion_play");
    this.time.value = String(this.t);
    this.frame.textContent = String(Math.floor(this.t));
    this.factor.textContent = `\u00d7 ${number(Number(this.speed.value))}`;
  }
}
