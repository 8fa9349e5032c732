// Draws the pictures of the Explore tab: the large one at once, the small ones with a delay.

import { fill } from "../core/dom.js";
import { paint } from "../engine/paint.js";
import { times } from "../latent/vectors.js";

const REST_MS = 120; // between updates of the small ones during a drag
const ALL = ["directions", "classes", "map", "aside"];

/**
 * `page` has model(), state(), locked(): axes, seen(), dragged(): the key of a drag, say(),
 * hero(image, state): the large picture has arrived, and parts {directions, classes, map, compare}.
 */
export class Pictures {
  constructor(engine, words, page) {
    this.engine = engine;
    this.words = words;
    this.page = page;
    this.wanted = new Set();
    this.timer = this.at = 0;
    this.failed = false; // an error of ours is shown below the picture
  }

  /** Draw the large picture. */
  hero() {
    const state = this.page.state();
    const z = state.scale === 1 ? state.z : times(state.scale, state.z);
    this.draw("now", [z], state.classes, (image) => this.page.hero(image, state));
  }

  /** Redraw the named small pictures soon, or all. */
  rest(...names) {
    for (const name of names.length ? names : ALL) this.wanted.add(name);
    if (this.timer || !this.page.seen()) return;
    this.timer = setTimeout(
      () => {
        [this.at, this.timer] = [performance.now(), 0];
        const now = this.wanted;
        this.wanted = new Set();
        for (const name of now) this[name]();
      },
      Math.max(0, this.at + REST_MS - performance.now()),
    );
  }

  directions() {
    const state = this.page.state();
    for (const row of this.page.parts.directions.rows) {
      const { id } = row.about;
      // a direction's images do not change along itself
      if (!row.seen || id === this.page.dragged()) continue;
      const faces = row.latents(state, this.page.locked());
      this.draw(`direction ${id}`, faces, state.classes, (image) => row.paint(image));
    }
  }

  classes() {
    const state = this.page.state();
    const { thumbs } = this.page.parts.classes;
    if (!thumbs.length) return;
    const z = times(state.scale, state.z);
    const show = (image) => thumbs.forEach((canvas, i) => paint(canvas, image, i));
    this.drawEach(
      "classes",
      thumbs.map(() => z),
      [...thumbs.keys()],
      show,
    );
  }

  map() {
    const { map } = this.page.parts;
    if (map.element.hidden || this.page.dragged() === "map") return;
    const { scale, classes } = this.page.state();
    this.draw("map", map.latents(scale), classes, (image) => map.paint(image));
  }

  aside() {
    const { compare } = this.page.parts;
    const request = !compare.element.hidden && compare.request();
    if (request)
      this.draw("aside", request.zs, request.classes, (image) => compare.paint(image, paint));
  }

  draw(lane, zs, classes, use) {
    return this.drawEach(
      lane,
      zs,
      zs.map(() => classes),
      use,
    );
  }

  /** Draw on a lane; a newer request replaces one that is waiting, whose result is dropped. */
  async drawEach(lane, zs, labels, use) {
    const { model, classes } = this.page.model();
    try {
      const image = await this.engine.draw(model, zs, classes ? labels : [], lane);
      if (!image || model !== this.page.model().model) return;
      use(image);
      if (this.failed) this.page.say("");
      this.failed = false;
    } catch (error) {
      this.failed = true;
      const why = { why: error.message };
      this.page.say(
        error.code === "offline"
          ? this.words["explore.failed"]
          : fill(this.words["explore.bad_request"], why),
      );
    }
  }
}
