// The clock of the loop: it alone decides which frame is shown, so playback never jumps.

/**
 * `on` has show(index, phase): paint frame `index`; `phase` is the time as a share of the clip;
 * played(playing): playing or not is what the button says.
 */
export class Player {
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.count = 0;
    this.seconds = 1;
    this.phase = 0;
    this.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.held = false; // the playhead is being dragged
    this.seen = true;
    this.last = null;
    this.ticking = 0;
    document.addEventListener("visibilitychange", () => this.wake());
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.wake();
    }).observe(element);
  }

  get index() {
    return Math.max(0, Math.min(this.count - 1, Math.floor(this.phase * this.count + 1e-6)));
  }

  get moving() {
    return this.playing && !this.held && this.count > 1;
  }

  measure(count, seconds) {
    this.count = count;
    this.seconds = seconds;
    this.wake();
  }

  go(phase) {
    this.phase = Math.min(Math.max(phase, 0), 1 - 1e-9);
    this.last = null;
    this.show();
  }

  /** Step by a number of frames, wrapping around. */
  step(frames) {
    const to = (this.index + frames + this.count) % this.count;
    this.pause();
    this.go((to + 0.5) / this.count);
  }

  hold(held) {
    this.held = held;
    this.wake();
  }

  toggle() {
    this.playing = !this.playing;
    this.on.played(this.playing);
    this.wake();
  }

  pause() {
    if (this.playing) this.toggle();
  }

  show() {
    if (this.count) this.on.show(this.index, this.phase);
  }

  wake() {
    if (!this.ticking) this.ticking = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.ticking = 0;
    if (!this.element.isConnected || !this.moving || !this.seen || document.hidden) {
      this.last = null;
      return;
    }
    if (this.last !== null) this.phase = (this.phase + (now - this.last) / 1000 / this.seconds) % 1;
    this.last = now;
    this.show();
    this.wake();
  }
}
