// Plays the small pictures under the pointer or with the keyboard's focus, for models of clips.

import { sleep } from "../core/debounce.js";
import { FRAMES_PER_S } from "../latent/motion.js";
import { times } from "../latent/vectors.js";

const HERE = ":is(:hover, :focus-visible, :has(:focus-visible)):not(:active)";
const LESS_MOTION = "(prefers-reduced-motion: reduce)";

export class MovingPictures {
  /**
   * `pictures`: a Pictures, whose page has at(z, t), the latent of frame t, and moves(): whether this
   * is a model of clips that is drawn in the browser, where a picture costs no request.
   */
  constructor(pictures) {
    this.pictures = pictures;
    this.page = pictures.page;
    this.playing = false;
  }

  /** Play what is under the pointer or has the focus somewhere in `panel`. */
  watch(panel) {
    for (const name of ["pointerover", "focusin"]) {
      panel.addEventListener(name, () => this.play());
    }
  }

  /** Return the requests of the pictures to play now. */
  here() {
    const { page } = this;
    if (!page.isActive() || !page.moves() || matchMedia(LESS_MOTION).matches) return [];
    const parts = Object.values(page.parts);
    const all = parts.flatMap((part) => part.requests(page.store.state, null));
    return all.filter(({ element }) => element?.matches(HERE));
  }

  /** Draw one frame after the other, as fast as the pictures are drawn, until none is left to play. */
  async play() {
    let here = this.playing ? [] : this.here();
    if (!here.length) return;
    this.playing = true;
    const start = performance.now();
    while (here.length) {
      const frames = here.map((request) => this.frame(request, performance.now() - start));
      await Promise.all([...frames, sleep(1000 / FRAMES_PER_S)]);
      here = this.here();
    }
    this.playing = false;
    this.pictures.rest();
  }

  frame(request, ms) {
    const { scale } = this.page.store.state; // the latents of requests are scaled
    const t = (ms / 1000) * FRAMES_PER_S;
    const at = (z) => times(scale, this.page.at(times(1 / scale, z), t));
    return this.pictures.draw({ ...request, zs: scale ? request.zs.map(at) : request.zs });
  }
}
