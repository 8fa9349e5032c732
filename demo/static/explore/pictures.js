// Draws the pictures of the Explore tab: the large one at once, the small ones with a delay.

import { speaker } from "../core/dom.js";
import { times } from "../latent/vectors.js";

const REST_MS = 120; // between updates of the small ones during a drag

/**
 * `page` is that of index.js, with dragged(): the key of a drag, at(z): the latent of the frame that is
 * shown, hero(image, state): the large picture has arrived, and parts by name; part.requests(state, dragged) lists what a part needs:
 * {lane, zs, classes, use(image)}, or with `labels`, one for each of the zs; `element` holds the pictures.
 */
export class Pictures {
  constructor(engine, page) {
    this.engine = engine;
    this.w = speaker(page.words, "explore");
    this.page = page;
    this.wanted = new Set();
    this.timer = this.at = 0;
    this.failed = false; // an error of ours is shown below the picture
  }

  hero() {
    const { store, at } = this.page;
    const now = at(store.state.z);
    const state = now === store.state.z ? store.state : { ...store.state, z: now };
    const z = state.scale === 1 ? state.z : times(state.scale, state.z);
    const use = (image) => this.page.hero(image, state);
    this.draw({ lane: "now", zs: [z], classes: state.classes, use });
  }

  /** Redraw the small pictures of the named parts soon, or all. */
  rest(...names) {
    const { page } = this;
    for (const name of names.length ? names : Object.keys(page.parts)) this.wanted.add(name);
    if (this.timer || !page.isActive()) return;
    const wait = Math.max(0, this.at + REST_MS - performance.now());
    this.timer = setTimeout(() => {
      [this.at, this.timer] = [performance.now(), 0];
      const parts = [...this.wanted].map((name) => page.parts[name]);
      this.wanted.clear();
      const requests = parts.flatMap((part) => part.requests(page.store.state, page.dragged()));
      for (const request of requests) this.draw(request);
    }, wait);
  }

  /** Draw on a lane; a newer request replaces one that is waiting, whose result is dropped. */
  async draw({ lane, zs, classes, labels = zs.map(() => classes), use }) {
    const { model, classes: count } = this.page.model();
    try {
      const image = await this.engine.draw(model, zs, count ? labels : [], lane);
      if (!image || model !== this.page.model().model) return;
      use(image);
      if (this.failed) this.page.say("");
      this.failed = false;
    } catch (error) {
      this.failed = true;
      const offline = error.code === "offline";
      this.page.say(this.w(offline ? "failed" : "bad_request", { why: error.message }));
    }
  }
}
