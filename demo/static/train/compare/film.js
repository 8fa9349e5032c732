// The films of two runs on one scrubber: both show their picture of the same step.

import { pictureUrl } from "../../core/base64.js";
import { latest } from "./rows.js";

const FRAMES_PER_CALL = 8; // what the server answers at once

/**
 * bar: {range, at, newest}; grids: the two of grid.js; fetchFrames({run, steps}) asks the
 * server, and onStep(step) is told which one is on show, null for the newest.
 */
export function films({ bar, grids, fetchFrames, onStep, say }) {
  let reels = [];
  let at = null; // null follows the newest
  let turn = 0; // the newest wish to show something wins

  const stops = () => {
    const all = new Set(reels.flatMap((reel) => reel.steps));
    return [...all].sort((a, b) => a - b);
  };

  function frame(reel, step) {
    if (!reel.kept.has(step)) {
      const from = reel.steps.indexOf(step);
      const wanted = reel.steps
        .slice(from, from + FRAMES_PER_CALL)
        .filter((s) => !reel.kept.has(s));
      const answer = fetchFrames({ run: reel.run, steps: wanted });
      for (const one of wanted) {
        const image = answer.then(({ frames }) => (frames[one] ? decode(frames[one]) : null));
        image.catch(() => reel.kept.delete(one));
        reel.kept.set(one, image);
      }
    }
    return reel.kept.get(step);
  }

  async function show() {
    const all = stops();
    bar.range.max = Math.max(0, all.length - 1);
    bar.range.disabled = all.length < 2;
    bar.range.value = at === null ? all.length - 1 : all.indexOf(latest(all, at));
    const shown = at ?? Math.max(0, ...reels.map((reel) => reel.step));
    bar.at.textContent = say("train.at_step", { step: shown.toLocaleString() });
    bar.range.setAttribute("aria-valuetext", bar.at.textContent);
    bar.newest.setAttribute("aria-pressed", String(at === null));
    onStep(at);
    const mine = ++turn;
    const images = await Promise.all(reels.map(pictured));
    if (mine === turn) images.forEach((image, index) => image && grids[index].show(image));
  }

  async function pictured(reel) {
    if (at === null && reel.live) return reel.live;
    if (!reel.steps.length) return null;
    const step = at === null ? reel.steps.at(-1) : latest(reel.steps, at);
    return Promise.resolve(frame(reel, step)).catch(() => null);
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
    /** Another pair: nothing is known of it yet. */
    begin(names) {
      reels = names.map((run) => ({ run, steps: [], step: 0, live: null, kept: new Map() }));
      at = null;
      for (const one of grids) one.show(null);
    },

    /** What a poll told of both runs. */
    async update(sides) {
      let news = false;
      for (const [index, side] of sides.entries()) {
        const reel = reels[index];
        if (side.reset) reel.kept.clear();
        if (side.added) {
          const stay = reel.steps.filter((step) => !side.dropped.includes(step));
          side.frames = [...stay, ...side.added].sort((a, b) => a - b);
        }
        news ||= Boolean(side.frames) || side.picture !== undefined;
        if (side.frames) reel.steps = side.frames;
        if (side.picture) reel.live = await decode(side.picture);
        if (side.picture === "") reel.live = null;
        reel.step = side.step;
      }
      if (news) await show();
    },
  };
}

async function decode(base64) {
  const image = new Image();
  image.src = pictureUrl(base64);
  await image.decode();
  return image;
}
