// The model of the Explore tab, and opening pictures of other models.

import { askHub, hubName } from "../core/hub_request.js";
import { splitId } from "../core/shown_step.js";

/**
 * `page` is that of index.js, with time: the TimeSlider, setValue(value), and choose(id): select it in
 * the menu.
 */
export class Models {
  constructor(server, page) {
    this.server = server;
    this.page = page;
  }

  /** Return the panel's value for a model of this server. Throws a sentence. */
  async describe(id) {
    const failed = { error: this.page.words["explore.failed"] };
    const value = await this.server.describe({ model: id }).catch(() => failed);
    if (value.error) throw new Error(value.error);
    return value;
  }

  /**
   * Show the state make(model) of any model of this server. A model of the
   * Hub that is not on the server is offered, and shown once it is.
   */
  async open(id, make) {
    const { page } = this;
    const [base, step] = splitId(id);
    let value = null;
    try {
      const here = base === page.time.base;
      value = here ? page.model() : await this.describe(base);
      const state = make(value); // throws before anything is changed
      if (!here) {
        page.setValue(value);
        page.choose(base);
      }
      page.store.go(state);
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
