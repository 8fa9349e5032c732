// The model of the loop: the one in the menu, or that of an opened recipe.

import { named } from "../core/class_names.js";

const RETRY_MS = 4000;

/** `on` has onModel(about), failed(sentence, or the key of a text). */
export class Model {
  constructor({ server, props, trigger, words }, on) {
    this.server = server;
    this.props = props;
    this.trigger = trigger;
    this.words = words;
    this.on = on;
    this.about = null; // {model, model_id, z_dim, classes, labels, shape, motion}
    this.wanted = null;
  }

  /** Switch to the model `id`; a newer call replaces this one. */
  async setModel(id) {
    clearTimeout(this.timer);
    this.wanted = id;
    if (!id) return this.on.failed("app.no_model");
    if (id === this.about?.model) return undefined;
    const about = await this.server.describe({ model: id }).catch(() => null);
    if (this.wanted !== id) return undefined;
    if (!about) {
      this.timer = setTimeout(() => this.setModel(id), RETRY_MS);
      return this.on.failed("interpolate.offline");
    }
    if (about.error) return this.on.failed(about.error);
    this.about = { ...about, labels: named(about, this.words) };
    return this.on.onModel(this.about);
  }

  /** Newer weights have arrived, and with them another motion, of a model of clips. */
  async renew(model_id) {
    const { model, motion } = this.about;
    const newer = motion && (await this.server.describe({ model }).catch(() => null));
    if (this.about.model === model) {
      this.about = { ...this.about, model_id, motion: newer?.motion ?? motion };
    }
    return this.about;
  }

  /** Switch to the model `id` and select it in the menu; return whether the server has it. */
  async choose(id) {
    if (id === this.about.model) return true;
    const about = await this.server.describe({ model: id });
    if (about.error) return false;
    await this.setModel(id);
    this.props.value = { wanted: id };
    this.trigger("submit");
    return this.about.model === id;
  }
}
