// Which model Explore plays with, and opening a picture that may need another one.

import { askHub, hubName } from "../core/hub_request.js";
import { parted } from "../core/shown_step.js";

/**
 * `page` has model(), time: of time/time_slider.js, adopt(value), choose(id): the choice above the tabs
 * follows, go(state), say(sentence) and words.
 */
export class Models {
  constructor(server, page) {
    this.server = server;
    this.page = page;
  }

  /** What the panel needs to play with a model of this server; throws a sentence. */
  async describe(id) {
    const failed = { error: this.page.words["explore.failed"] };
    const value = await this.server.describe({ model: id }).catch(() => failed);
    if (value.error) throw new Error(value.error);
    return value;
  }

  /**
   * Show a state of any model of this server; `state` is made for that model by `make`. One of the
   * Hub that is not here is offered, and shown once it is.
   */
  async open(id, make) {
    const { page } = this;
    const [base, step] = parted(id);
    let value = null;
    try {
      const here = base === page.time.base;
      value = here ? page.model() : await this.describe(base);
      const state = make(value); // throws before anything is changed
      if (!here) {
        page.adopt(value);
        page.choose(base);
      }
      page.go(state);
      const image = await page.time.go(step);
      if (step !== null && !image) page.say(page.words["snapshot.gone"]);
      return image ? { ...page.model(), model_id: image.model_id } : page.model();
    } catch (error) {
      page.say(error.message);
      if (value || hubName(id) === null) return null;
      await new Promise((resolve) => askHub(id, resolve));
      page.say("");
      return this.open(id, make);
    }
  }
}
