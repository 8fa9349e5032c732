// A cache of the recorded pictures of runs.

import { decodePicture } from "../../core/base64.js";

const PER_CALL = 8; // the most that the server sends at once

export class RecordedFrames {
  /** `fetchFrames({run, steps})` asks the server. */
  constructor(fetchFrames) {
    this.fetchFrames = fetchFrames;
    this.cache = new Map(); // step -> promise of an image
  }

  /** Resolve to the picture of a step, or null; the next ones of `steps` are fetched with it. */
  get(run, steps, step) {
    const { cache } = this;
    if (!cache.has(step)) {
      const from = steps.indexOf(step);
      const wanted = steps.slice(from, from + PER_CALL).filter((one) => !cache.has(one));
      const answer = this.fetchFrames({ run, steps: wanted });
      for (const one of wanted) {
        const image = answer.then(({ frames }) => frames[one] && decodePicture(frames[one]));
        image.catch(() => cache.delete(one));
        cache.set(one, image);
      }
    }
    return cache.get(step);
  }

  clear() {
    this.cache.clear();
  }
}
