// Schedules the requests of all panels on the worker and the server.
//
// The worker draws one chunk of images at a time, small enough that an urgent request starts within
// milliseconds; the server has one request at a time. A single image of a very fast model
// waits for neither: two thread switches cost more than drawing it.

import { bytes } from "../core/base64.js";
import { Weights, within } from "./weights.js";

const NOW = "now"; // the lane that is always served first
const CHUNK_MS = 4;
const FIRST_GUESS_MS = 4; // of one image, until measured
// a multiple of the number of classes, so that each chunk begins with class 0 where no labels are
// given; demo/generate/draw.py draws 64 at most
const SERVER_CHUNK = 60;
const PATIENCE_S = 20;

export class Scheduler {
  constructor() {
    this.jobs = []; // in order of arrival; those being drawn are among them
    this.engines = new Set();
    this.busy = { browser: false, server: false };
    this.weights = new Weights({
      onchange: () => {
        for (const engine of this.engines)
          if (this.weights.id(engine.model)) engine.setSource("browser");
        this.pump();
      },
      onweights: (model, model_id) => {
        for (const engine of this.engines) if (engine.model === model) engine.onweights(model_id);
      },
      pinned: (model_id) => this.jobs.some((job) => job.model_id === model_id),
    });
  }

  /** Queue a request; see `Engine.draw`. */
  draw(engine, { model, zs, labels, lane }, resolve, reject) {
    this.engines.add(engine);
    engine.model = model;
    const job = { engine, lane, model, zs, labels, resolve, reject, serial: ++engine.serial };
    const invalid = !zs.length || (labels.length && labels.length !== zs.length);
    again(job, invalid ? "server" : null); // the server returns the error message
    this.weights.want(model, engine.server);
    const before = this.jobs.findIndex(
      (one) => one.engine === engine && one.lane === lane && !one.begun,
    );
    if (before >= 0) {
      this.jobs.splice(before, 1, job)[0].resolve(null); // the newer one takes over the position in the queue
    } else {
      this.jobs.push(job);
    }
    if (lane === NOW) this.atOnce(job);
    this.pump();
  }

  /** Draw a single image of a fast model on this thread, within the same frame. */
  atOnce(job) {
    if (job.zs.length !== 1 || job.place !== null) return;
    const quick = this.weights.instant(job.model);
    const drawn = quick?.drawAll(job.zs, job.labels);
    if (!drawn) return;
    Object.assign(job, { place: "browser", model_id: quick.model_id });
    this.collect(job, { zs: job.zs }, drawn);
  }

  /** Start the next chunk on each idle drawer. */
  pump() {
    for (const where of ["browser", "server"]) {
      const jobs = this.busy[where] ? [] : this.jobs.filter((job) => this.where(job) === where);
      const job = jobs.find((one) => one.lane === NOW) ?? jobs[0];
      if (!job) continue;
      this.busy[where] = true;
      job.begun = job.place = where;
      (where === "browser" ? this.inBrowser(job) : this.onServer(job)).finally(() => {
        this.busy[where] = false;
        this.pump();
      });
    }
  }

  /** Return "browser" or "server", or null while the weights are about to arrive. */
  where(job) {
    if (job.place || this.weights.id(job.model)) return job.place ?? "browser";
    return this.weights.isSoon(job.model) ? null : "server";
  }

  async inBrowser(job) {
    job.model_id ??= this.weights.id(job.model);
    const known = this.weights.models.get(job.model);
    const most = Math.max(1, Math.floor(CHUNK_MS / (known?.image_ms ?? FIRST_GUESS_MS)));
    const part = slice(job, most);
    const request = { model_id: job.model_id, from: job.done, ...part };
    const answer = await this.weights.draw(request).catch(() => null);
    // if refused or failed, the server draws all of it
    if (!answer || answer.refused) return again(job, "server");
    if (known) known.image_ms = Math.max(answer.ms / part.zs.length, 0.01);
    this.collect(job, part, answer);
  }

  async onServer(job) {
    const { zs, labels } = slice(job, SERVER_CHUNK);
    const payload = { model: job.model, z: zs.map((z) => Array.from(z)), labels };
    const answer = await ask(job.engine.server, payload);
    if (answer.error) {
      this.leave(job);
      return late(job) ? job.resolve(null) : job.reject(answer.error);
    }
    job.model_id = answer.model_id;
    this.collect(job, { zs }, unpack(answer));
  }

  collect(job, part, { h, w, c, pixels }) {
    const size = h * w * c;
    job.pixels ??= new Uint8Array(job.zs.length * size);
    job.pixels.set(pixels, job.done * size);
    job.done += part.zs.length;
    if (job.done < job.zs.length) return;
    this.leave(job);
    if (late(job)) return job.resolve(null);
    const { engine, lane, model, model_id, serial } = job;
    engine.delivered.set(lane, serial);
    this.weights.saw(model, model_id);
    job.resolve({ h, w, c, count: job.zs.length, pixels: job.pixels, model_id });
    engine.setSource(this.weights.id(engine.model) ? "browser" : job.place);
  }

  leave(job) {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    if (job.place === "browser") this.weights.sweep();
  }
}

// Restart a job on `place`, or wherever it can be drawn (null).
function again(job, place) {
  Object.assign(job, { place, done: 0, pixels: null, model_id: null });
}

// Whether a newer request of the same lane has been answered already.
function late({ engine, lane, serial }) {
  return serial < (engine.delivered.get(lane) ?? 0);
}

function slice({ zs, labels, done }, count) {
  return { zs: zs.slice(done, done + count), labels: labels.slice(done, done + count) };
}

// Return the server's answer, or {error: an Error for the caller}.
async function ask(server, payload) {
  try {
    const answer = await within(PATIENCE_S, server.draw(payload));
    if (answer?.error) return { error: new Error(answer.error) };
    if (typeof answer?.pixels !== "string") throw new Error("no pixels");
    return answer;
  } catch (error) {
    const why = String(error?.message ?? error);
    return { error: Object.assign(new Error(why), { code: "offline" }) };
  }
}

/** Decode the base64 pixels of the server's answer. */
export function unpack(answer) {
  return { ...answer, pixels: bytes(answer.pixels) };
}
