// The models that the worker can draw: their weights are fetched once, loaded into the worker, and
// updated while a run trains.

import { Generator } from "./generator.js";
import { loadKernels } from "./kernels.js";

const MODELS_MAX = 4; // in the worker; each takes a few megabytes
const LIVE_S = 3; // between checks for newer weights of a run, while it is drawn
const LIVE_BYTES = 1.5e6; // of a file that is fetched that often; larger ones less often
const IDLE_S = 15; // the same, when nothing was drawn for DRAWN_S
const DRAWN_S = 10;
const LOOK_MS = 500; // between looks whether a check is due
const CHECK_S = 30; // between checks of a run that has ended: it may be resumed
const RETRY_S = 10; // after no answer
const SOON_MS = 500; // how long pictures wait for weights whose file is known, before the server draws
const PATIENCE_S = { load: 30, draw: 10, server: 60 };
const STUDIO = new URL("../../../", import.meta.url); // above the address of the scripts

/**
 * The worker and its models. `onchange()`: a model was loaded or removed, so that requests may go
 * elsewhere. `onweights(model, model_id)`: newer weights of a model that was drawn before.
 * `pinned(model_id)`: whether a request still needs exactly these weights.
 */
export class Weights {
  constructor({ onchange, onweights, pinned }) {
    this.onchange = onchange;
    this.onweights = onweights;
    this.pinned = pinned;
    this.models = new Map(); // the most recently drawn last
    this.held = new Map(); // model_ids in the worker -> the page's own copy of a quick model
    this.waiting = new Map(); // message id -> handler of its answer
    this.count = 0;
    /** @type {Worker | null} */
    this.worker = null;
    this.alive = true; // until the worker fails: then the server draws everything
  }

  /** Return the id of the weights that the worker has for a model, or null. */
  id(model) {
    return (this.alive && this.models.get(model)?.model_id) || null;
  }

  /**
   * Note that `model` is drawn; fetch its weights from `server` when due. `answer`: what the server
   * function `weights` said of it lately, to save a request.
   */
  want(model, server, answer = null) {
    const known = this.models.get(model) ?? { model, model_id: null, seen: null, nextAt: 0 };
    this.models.delete(model);
    this.models.set(model, Object.assign(known, { server, drawnAt: performance.now() }));
    if (this.models.size > MODELS_MAX) {
      this.models.delete(this.models.keys().next().value);
      this.sweep();
    }
    if (performance.now() < known.nextAt) return;
    if (answer?.file && !known.model_id) {
      known.soonUntil = performance.now() + SOON_MS;
      setTimeout(this.onchange, SOON_MS);
    }
    this.ask(known, answer);
  }

  /** Return whether the first weights of a model are about to arrive. */
  isSoon(model) {
    return this.alive && performance.now() < (this.models.get(model)?.soonUntil ?? 0);
  }

  /** Note that a picture of `model` was drawn with these weights. */
  saw(model, model_id) {
    const known = this.models.get(model);
    if (known) known.seen = model_id;
  }

  /** Draw images in the worker. Rejects if it fails, which is permanent. */
  draw(request) {
    return this.call({ do: "draw", ...request }, PATIENCE_S.draw);
  }

  /** Remove unused weights from the worker. */
  sweep() {
    const used = new Set([...this.models.values()].map((known) => known.model_id));
    for (const model_id of this.held.keys()) {
      if (used.has(model_id) || this.pinned(model_id)) continue;
      this.held.delete(model_id);
      this.worker?.postMessage({ do: "forget", model_id });
    }
  }

  async ask(known, earlier = null) {
    known.nextAt = Infinity; // never concurrently
    let wait = earlier ? 0 : RETRY_S; // the file of an earlier answer may be gone
    try {
      const { model, model_id: have } = known;
      const request = { model, have, file: this.alive }; // without a worker, only check for newer ones
      const answer = earlier ?? (await within(PATIENCE_S.server, known.server.weights(request)));
      if (typeof answer?.model_id !== "string") throw new Error(answer?.error ?? "no weights");
      if (answer.file && this.alive) await this.load(known, answer);
      if (answer.file || answer.portable === false) {
        known.model_id = this.held.has(answer.model_id) ? answer.model_id : null;
      }
      const newer = known.seen && known.seen !== answer.model_id;
      known.live = Boolean(answer.live);
      const slower = Math.max(1, (known.bytes ?? 0) / LIVE_BYTES);
      wait = answer.fixed ? Infinity : known.live ? LIVE_S * slower : CHECK_S;
      this.sweep();
      this.onchange();
      if (newer) {
        known.seen = answer.model_id;
        this.onweights(model, answer.model_id);
      }
    } catch (error) {
      console.debug("weights:", error.message); // the server draws meanwhile
      known.soonUntil = 0;
      this.onchange();
    } finally {
      known.nextAt = performance.now() + wait * 1000;
      this.look(known);
    }
  }

  async load(known, { model_id, file }) {
    if (this.held.has(model_id)) return;
    const planes = await within(PATIENCE_S.server, fetched(new URL(file, STUDIO)));
    known.bytes = planes.byteLength;
    const { plan } = await this.call({ do: "load", planes }, PATIENCE_S.load);
    this.held.set(model_id, plan && (await follow(plan)));
  }

  /** Return the page's own copy of a very fast model, or null. */
  instant(model) {
    return this.held.get(this.id(model)) ?? null;
  }

  // While a model trains, check twice a second whether a fetch is due.
  look(known) {
    clearTimeout(known.timer);
    if (!known.live || this.models.get(known.model) !== known) return;
    const now = performance.now();
    const resting = now - known.drawnAt < DRAWN_S * 1000 ? 0 : (IDLE_S - LIVE_S) * 1000;
    const due = now >= known.nextAt + resting && document.visibilityState !== "hidden";
    if (due) this.ask(known);
    else known.timer = setTimeout(() => this.look(known), LOOK_MS);
  }

  async call(message, patience_s) {
    if (!this.alive) throw new Error("the worker has failed");
    const id = (this.count += 1);
    try {
      this.worker ??= this.start();
      const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
      this.worker.postMessage({ id, ...message });
      return await within(patience_s, answer);
    } catch (error) {
      this.fail(error); // workers are not supported, it threw, or it does not answer
      throw error;
    } finally {
      this.waiting.delete(id);
    }
  }

  start() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.waiting.get(data.id) ?? {};
      if (data.error) reject?.(new Error(data.error));
      else resolve?.(data);
    };
    worker.onmessageerror = () => this.fail(new Error("a message was lost"));
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.fail(new Error(event.message ?? "it did not start"));
    };
    return worker;
  }

  fail(error) {
    if (!this.alive) return;
    console.warn(`Drawing in this browser stopped, the server draws now: ${error.message}`);
    this.alive = false;
    this.worker?.terminate();
    this.held.clear();
    for (const known of this.models.values()) known.model_id = null;
    for (const { reject } of this.waiting.values()) reject(error);
    this.onchange();
  }
}

let kernels = null; // a promise: set up for the first fast model

async function follow(plan) {
  kernels ??= loadKernels(new URL("./kernels.wasm", import.meta.url));
  try {
    return Generator.follow(plan, await kernels);
  } catch {
    return null; // the worker draws it
  }
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** Reject with an Error "no answer" if a promise takes longer than `seconds`. */
export async function within(seconds, promise) {
  let timer;
  const patience = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), seconds * 1000);
  });
  return Promise.race([promise, patience]).finally(() => clearTimeout(timer));
}
