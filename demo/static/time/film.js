// One latent drawn with the weights of each stored step of a run: pictures from
// demo/generate/time_machine.py, several per request.

import { unpack } from "../engine/scheduler.js";

const AT_ONCE = 8; // pictures in one answer

/** `state()` returns {z, classes, scale}, a new object whenever it changes. */
export class Film {
  constructor(server, state) {
    this.server = server;
    this.state = state;
    this.forget();
  }

  forget() {
    this.of = null;
    this.kept = new Map();
  }

  /** Return a step's picture, or null; its neighbours, or the following ones, are fetched with it. */
  picture(model, steps, step, onwards) {
    const state = this.state();
    if (this.of !== state) {
      this.of = state;
      this.kept = new Map();
    }
    const { kept } = this;
    if (!kept.has(step)) {
      const at = Math.max(0, steps.indexOf(step) - (onwards ? 0 : AT_ONCE / 2));
      const near = steps.slice(at, at + AT_ONCE).filter((one) => !kept.has(one));
      const answer = this.ask(model, near, state);
      for (const one of near) {
        kept.set(
          one,
          answer.then(
            (found) => found.get(one) ?? null,
            () => {
              kept.delete(one); // retried later
              return null;
            },
          ),
        );
      }
    }
    return kept.get(step);
  }

  async ask(model, steps, { z, classes, scale }) {
    const latent = Array.from(z, (x) => scale * x);
    const answer = await this.server.moments({ model, steps, z: [latent], labels: [classes] });
    if (answer.error) throw new Error(answer.error);
    if (!answer.steps.length) return new Map();
    const { h, w, c, pixels, model_ids } = unpack(answer);
    const size = h * w * c;
    return new Map(
      answer.steps.map((step, i) => [
        step,
        {
          h,
          w,
          c,
          count: 1,
          pixels: pixels.subarray(i * size, (i + 1) * size),
          model_id: model_ids[i],
        },
      ]),
    );
  }
}
