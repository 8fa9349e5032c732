// One latent drawn with the weights of each stored step of a run: pictures from
// demo/generate/time_machine.py.

import { unpack } from "../engine/scheduler.js";
import { StepCache } from "./step_cache.js";

export class Film {
  /** `state()` returns {z, classes, scale}, a new object whenever it changes. */
  constructor(server, state) {
    this.server = server;
    this.state = state;
    this.model = "";
    this.cache = new StepCache((steps) => this.request(steps));
    this.forget();
  }

  forget() {
    this.of = null;
    this.cache.clear();
  }

  /** Resolve to a step's picture, or null; its neighbours, or the following ones, come with it. */
  picture(model, steps, step, onwards) {
    const state = this.state();
    if (this.of !== state) this.cache.clear();
    [this.of, this.model] = [state, model];
    return this.cache.get(steps, step, !onwards);
  }

  async request(steps) {
    const { z, classes, scale } = this.of;
    const latent = Array.from(z, (x) => scale * x);
    const payload = { model: this.model, steps, z: [latent], labels: [classes] };
    const answer = await this.server.moments(payload);
    if (answer.error) throw new Error(answer.error);
    if (!answer.steps.length) return new Map();
    const { h, w, c, pixels, model_ids } = unpack(answer);
    const size = h * w * c;
    return new Map(
      answer.steps.map((step, i) => {
        const own = pixels.subarray(i * size, (i + 1) * size);
        return [step, { h, w, c, count: 1, pixels: own, model_id: model_ids[i] }];
      }),
    );
  }
}
