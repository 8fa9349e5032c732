// The recorded pictures of two runs on one scrubber, at the same step.

import { decodePicture } from "../../core/base64.js";
import { atStep, formatNumber } from "../../core/format.js";
import { recordedFrames } from "../watch/recorded_frames.js";
import { latest } from "./rows.js";

/**
 * runs: both names; range, label and newest: elements; grids: two of grid.js;
 * fetchFrames({run, steps}) asks the server; `at`: the first step to show; onStep(step) is called with
 * the displayed step, null for the newest. Return {update(sides, apart), go(step)}: update adds the
 * answer of a poll for both runs; `apart`: their newest steps differ.
 */
export function films({ runs, range, label, newest, grids, fetchFrames, at, onStep, say }) {
  const recordings = runs.map((run) => ({
    steps: [],
    step: 0,
    live: null,
    frames: recordedFrames((steps) => fetchFrames({ run, steps })),
  }));
  let isApart = false;
  let turn = 0; // only the newest request is shown

  const stops = () => {
    const all = new Set(recordings.flatMap((recording) => recording.steps));
    return [...all].sort((a, b) => a - b);
  };

  async function show() {
    const all = stops();
    range.max = Math.max(0, all.length - 1);
    range.disabled = all.length < 2;
    range.value = at === null ? all.length - 1 : all.indexOf(latest(all, at));
    const [first, second] = recordings.map(({ step }) => step);
    label.textContent =
      at === null && isApart && first !== second
        ? say("compare.apart", { first: formatNumber(first), second: formatNumber(second) })
        : atStep(at ?? Math.max(first, second), say);
    range.setAttribute("aria-valuetext", label.textContent);
    newest.setAttribute("aria-pressed", String(at === null));
    onStep(at);
    const mine = ++turn;
    const images = await Promise.all(recordings.map(picture));
    if (mine === turn) images.forEach((image, index) => image && grids[index].show(image));
  }

  function picture({ live, steps, frames }) {
    if (at === null && live) return live;
    if (!steps.length) return null;
    return frames.get(steps, at === null ? steps.at(-1) : latest(steps, at));
  }

  function go(step) {
    at = step;
    show();
  }

  range.addEventListener("input", () => {
    const all = stops();
    const index = Number(range.value);
    go(index === all.length - 1 ? null : all[index]);
  });
  newest.addEventListener("click", () => go(null));
  for (const one of grids) one.show(null);

  async function update(sides, apart) {
    let news = apart !== isApart;
    isApart = apart;
    for (const [index, side] of sides.entries()) {
      const recording = recordings[index];
      if (side.reset) recording.frames.clear();
      const steps = side.frames ?? recording.steps;
      news ||= steps !== recording.steps || side.picture !== undefined;
      if (side.picture !== undefined)
        recording.live = side.picture ? await decodePicture(side.picture) : null;
      Object.assign(recording, { steps, step: side.step });
    }
    if (news) await show();
  }

  return { update, go };
}
