// Latents in, images out. A worker of this page draws; where it cannot, the server does.

import { Scheduler } from "./scheduler.js";

// One for the page, whatever the number of panels: they share its worker and its weights.
const scheduler = new Scheduler();

/**
 * One panel's way to ask for images. `server` is the panel's, with the server functions `draw` of
 * demo/generate/draw.py and `weights` of demo/generate/weights.py.
 *
 * Until the weights of a model have arrived, and for good where a worker, its WebAssembly or its
 * plain JavaScript fails, the server draws; nobody who asked needs to know.
 */
export class Engine {
  /** Called with "browser" or "server" when pictures come from elsewhere than before. */
  onwhere = (_where) => {};

  /** Called with a model_id when newer weights of the model drawn last are there: draw again. */
  onweights = (_model_id) => {};

  constructor(server) {
    this.server = server;
    this.where = null;
    this.model = null; // this and the rest belong to the scheduler
    this.serial = 0;
    this.delivered = new Map();
  }

  /**
   * Images of the latents `zs`, one label each (a number, or a list of class weights), or none.
   *
   * Resolves to {h, w, c, count, pixels: Uint8Array, model_id}, or to null when a newer call in
   * the same lane took this one's place. One that is being drawn already is finished: during a
   * drag it is the picture on the way. The lane "now" is always served first; the others follow
   * in order of arrival and in small pieces.
   *
   * Rejects with an Error whose message is a sentence for people, or with `code` "offline" when
   * the server gave no answer.
   */
  draw(model, zs, labels, lane = "now") {
    // copies: the panel goes on moving its own
    const request = {
      model,
      lane,
      zs: zs.map((z) => Float32Array.from(z)),
      labels: Array.from(labels ?? [], (one) => (Object(one) === one ? Array.from(one) : one)),
    };
    return new Promise((resolve, reject) => scheduler.draw(this, request, resolve, reject));
  }

  tell(where) {
    if (where === this.where) return;
    this.where = where;
    this.onwhere(where);
  }
}
