// Who draws what, and when: the requests of all panels of the page, in the order they are served.
//
// The worker has one chunk of images in hand at a time, small enough that a request that must not
// wait comes next within milliseconds; the server has one request in hand. One image of a model
// that takes next to nothing waits for neither: two changes of thread cost more than drawing it.

import { bytes } from "../core/base64.js";
import { Weights, within } from "./weights.js";

const NOW = "now"; // the lane that is always served first
const CHUNK_MS = 4;
const FIRST_GUESS_MS = 4; // of one image, until it was measured
// a whole number of times the classes, so that each chunk begins with class 0 where no labels are
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
          if (this.weights.id(engine.model)) engine.tell("browser");
        this.pump();
      },
      onweights: (model, model_id) => {
        for (const engine of this.engines) if (engine.model === model) engine.onweights(model_id);
      },
      pinned: (model_id) => this.jobs.some((job) => job.model_id === model_id),
    });
  }

  /** Take a request; see `Engine.draw`. */
  draw(engine, { model, zs, labels, lane }, resolve, reject) {
    this.engines.add(engine);
    engine.model = model;
    const job = { engine, lane, model, zs, labels, resolve, reject, serial: ++engine.serial };
    const odd = !zs.length || (labels.length && labels.length !== zs.length);
    again(job, odd ? "server" : null); // the server has the words for it
    this.weights.want(model, engine.server);
    const before = this.jobs.findIndex(
      (one) => one.engine === engine && one.lane === lane && !one.begun,
    );
    if (before >= 0) {
      this.jobs.splice(before, 1, job)[0].resolve(null); // the newer one keeps the place
    } else {
      this.jobs.push(job);
    }
    if (lane === NOW) this.atOnce(job);
    this.pump();
  }

  /** Draw a single image of a quick model here and now: it is there within the same frame. */
  atOnce(job) {
    const quick = job.zs.length === 1 && job.place === null && this.weights.instant(job.model);
    const drawn = quick?.drawAll(job.zs, job.labels);
    if (!drawn) return;
    Object.assign(job, { place: "browser", model_id: quick.model_id });
    this.collect(job, { zs: job.zs }, drawn);
  }

  /** Give everyone who has nothing in hand the next piece of work. */
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

  where(job) {
    return job.place ?? (this.weights.id(job.model) ? "browser" : "server");
  }

  async inBrowser(job) {
    job.model_id ??= this.weights.id(job.model);
    const known = this.weights.models.get(job.model);
    const most = Math.max(1, Math.floor(CHUNK_MS / (known?.image_ms ?? FIRST_GUESS_MS)));
    const part = slice(job, most);
    const wish = { model_id: job.model_id, from: job.done, ...part };
    const answer = await this.weights.draw(wish).catch(() => null);
    // refused or failed, nothing is lost: the whole of it is drawn there
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
    engine.tell(this.weights.id(engine.model) ? "browser" : job.place);
  }

  leave(job) {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    if (job.place === "browser") this.weights.sweep();
  }
}

// From the beginning, at `place`, or wherever it can be drawn (null).
function again(job, place) {
  Object.assign(job, { place, done: 0, pixels: null, model_id: null });
}

// Whether a newer request of the same lane has its picture already, drawn elsewhere meanwhile.
function late({ engine, lane, serial }) {
  return serial < (engine.delivered.get(lane) ?? 0);
}

function slice({ zs, labels, done }, count) {
  return { zs: zs.slice(done, done + count), labels: labels.slice(done, done + count) };
}

// The server's answer, or {error: an Error for whoever asked}.
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

/** The server's answer with its base64 pixels as bytes. */
export function unpack(answer) {
  return { ...answer, pixels: bytes(answer.pixels) };
}
