// The recorded pictures of two runs on one scrubber, at the same step.

import { decodePicture } from "../../core/base64.js";
import { RecordedFrames } from "../watch/recorded_frames.js";
import { latest } from "./rows.js";

/**
 * bar: {range, at, newest}; grids: two of grid.js; fetchFrames({run, steps}) asks the
 * server; onStep(step) is called with the displayed step, null for the newest.
 */
export function films({ bar, grids, fetchFrames, onStep, say }) {
  let recordings = [];
  let at = null; // null follows the newest
  let turn = 0; // only the newest request is shown

  const stops = () => {
    const all = new Set(recordings.flatMap((recording) => recording.steps));
    return [...all].sort((a, b) => a - b);
  };

  async function show() {
    const all = stops();
    bar.range.max = Math.max(0, all.length - 1);
    bar.range.disabled = all.length < 2;
    bar.range.value = at === null ? all.length - 1 : all.indexOf(latest(all, at));
    const shown = at ?? Math.max(0, ...recordings.map((recording) => recording.step));
    bar.at.textContent = say("train.at_step", { step: shown.toLocaleString() });
    bar.range.setAttribute("aria-valuetext", bar.at.textContent);
    bar.newest.setAttribute("aria-pressed", String(at === null));
    onStep(at);
    const mine = ++turn;
    const images = await Promise.all(recordings.map(pictured));
    if (mine === turn) images.forEach((image, index) => image && grids[index].show(image));
  }

  async function pictured(recording) {
    if (at === null && recording.live) return recording.live;
    if (!recording.steps.length) return null;
    const step = at === null ? recording.steps.at(-1) : latest(recording.steps, at);
    return Promise.resolve(recording.frames.get(recording.run, recording.steps, step)).catch(
      () => null,
    );
  }

  bar.range.addEventListener("input", () => {
    const all = stops();
    const index = Number(bar.range.value);
    at = index === all.length - 1 ? null : all[index];
    show();
  });
  bar.newest.addEventListener("click", () => {
    at = null;
    show();
  });

  return {
    /** Start with another pair. */
    begin(names) {
      recordings = names.map((run) => ({
        run,
        steps: [],
        step: 0,
        live: null,
        frames: new RecordedFrames(fetchFrames),
      }));
      at = null;
      for (const one of grids) one.show(null);
    },

    /** Add the answer of a poll for both runs. */
    async update(sides) {
      let news = false;
      for (const [index, side] of sides.entries()) {
        const recording = recordings[index];
        if (side.reset) recording.frames.clear();
        news ||= Boolean(side.frames) || side.picture !== undefined;
        if (side.frames) recording.steps = side.frames;
        if (side.picture) recording.live = await decodePicture(side.picture);
        if (side.picture === "") recording.live = null;
        recording.step = side.step;
      }
      if (news) await show();
    },
  };
}
