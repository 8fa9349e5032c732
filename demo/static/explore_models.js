// Which model Explore plays with, and opening a picture that may need another one.

const version = new URL(import.meta.url).search;
const { parted } = await import(`./moment.js${version}`);

/**
 * `page` has model(), time: of moments.js, adopt(value), choose(id): the choice above the tabs
 * follows, go(state), say(sentence) and words.
 */
export class Models {
  constructor(server, page) {
    Object.assign(this, { server, page });
  }

  /** What the panel needs to play with a model of this server; throws a sentence. */
  async describe(id) {
    const failed = { error: this.page.words["explore.failed"] };
    const value = await this.server.describe({ model: id }).catch(() => failed);
    if (value.error) throw new Error(value.error);
    return value;
  }

  /** Show a state of any model of this server; `state` is made for that model by `make`. */
  async open(id, make) {
    const { page } = this;
    const [base, step] = parted(id);
    try {
      const here = base === page.time.base;
      const value = here ? page.model() : await this.describe(base);
      const state = make(value); // throws before anything is changed
      if (!here) {
        page.adopt(value);
        page.choose(base);
      }
      page.go(state);
      const image = await page.time.go(step);
      if (step !== null && !image) page.say(page.words["moment.gone"]);
      return image ? { ...page.model(), model_id: image.model_id } : page.model();
    } catch (error) {
      page.say(error.message);
      return null;
    }
  }
}
