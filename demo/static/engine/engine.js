// Latents in, images out: drawn by a worker of this page, or else by the server.

import { Scheduler } from "./scheduler.js";

// One for all panels, which share its worker and weights.
const scheduler = new Scheduler();

/**
 * Draws images for one panel. `server` is the panel's, with the server functions `draw` of
 * demo/generate/draw.py and `weights` of demo/generate/weights.py.
 *
 * The server draws until the weights of a model have arrived, and for good where WebAssembly does not
 * run in a worker; callers need not know.
 */
export class Engine {
  /** Called with "browser" or "server" when the source of pictures changes. */
  onwhere = (_where) => {};

  /** Called with a model_id when newer weights of the model drawn last have arrived: draw again. */
  onweights = (_model_id) => {};

  constructor(server) {
    this.server = server;
    this.where = null;
    this.model = null; // this and the following fields belong to the scheduler
    this.serial = 0;
    this.delivered = new Map();
  }

  /**
   * Images of the latents `zs`, one label each (a number, or a list of class weights), or none.
   *
   * Resolves to {h, w, c, count, pixels: Uint8Array, model_id}, or to null when a newer call in
   * the same lane replaced this one. A call that is being drawn already is finished: during a
   * drag it is the next picture. The lane "now" is always served first; the others follow
   * in order of arrival and in small pieces.
   *
   * Rejects with an Error whose message is a sentence for people, or with `code` "offline" when
   * the server gave no answer.
   */
  draw(model, zs, labels, lane = "now") {
    // copies: the panel may change its own
    const request = {
      model,
      lane,
      zs: zs.map((z) => Float32Array.from(z)),
      labels: Array.from(labels ?? [], (one) => (Object(one) === one ? Array.from(one) : one)),
    };
    return new Promise((resolve, reject) => scheduler.draw(this, request, resolve, reject));
  }

  /** Fetch the weights of a model ahead; `answer` is that of the server function `weights`. */
  fetch(model, answer) {
    scheduler.weights.want(model, this.server, answer);
  }

  setSource(where) {
    if (where === this.where) return;
    this.where = where;
    this.onwhere(where);
  }
}
