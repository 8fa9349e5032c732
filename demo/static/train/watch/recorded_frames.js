// The recorded pictures of a run.

import { decodePicture } from "../../core/base64.js";
import { StepCache } from "../../time/step_cache.js";

/** Create a cache of recorded pictures; `fetchFrames(steps)` asks the server. */
export const recordedFrames = (fetchFrames) =>
  new StepCache(async (wanted) => {
    const { frames } = await fetchFrames(wanted);
    return new Map(wanted.map((step) => [step, frames[step] && decodePicture(frames[step])]));
  });
