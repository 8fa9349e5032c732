// The film of a run: a scrubber over its recorded steps, with the live picture at the end.

import { bytes, decodePicture } from "../../core/base64.js";
import { filmSheet } from "./film_sheet.js";
import { RecordedFrames } from "./recorded_frames.js";

const FILM_S = 6; // approximate duration of playback
const THUMB_PX = 16; // of the scrubber

/**
 * fetchFrames({run, steps}) asks the server; onShow(step, beliefs) is called with the displayed step and
 * D's outputs for the samples if known; onSeek(step) is called when the visitor stays at a step,
 * null for the newest.
 */
export function film({ plate, bar, fetchFrames, onShow, onSeek, say }) {
  const [play, scrub, label, favourite, follow] = bar.children;
  const [range, tick] = scrub.children;
  const sheet = filmSheet({ plate, say });
  let run = null;
  let of = null; // the model in training
  let steps = [];
  let live = null; // {image, step, beliefs}
  let best = null; // the step with the lowest Frechet distance
  let at = null; // the displayed step; null follows the newest
  let playing = 0;
  let turn = 0; // only the newest request is shown
  const recorded = new RecordedFrames(fetchFrames);

  const stops = () => (live && !(live.step <= steps.at(-1)) ? [...steps, live.step] : steps);

  function frame(step) {
    if (live && step === live.step) return Promise.resolve(live.image);
    return recorded.get(run, steps, step);
  }

  async function show() {
    const all = stops();
    range.max = Math.max(0, all.length - 1);
    for (const part of [play, range]) part.disabled = all.length < 2;
    const place = all.indexOf(best);
    favourite.disabled = tick.hidden = place < 0;
    const share = place / Math.max(1, all.length - 1);
    tick.style.left = `calc(${THUMB_PX / 2}px + ${share} * (100% - ${THUMB_PX}px))`;
    if (!all.length) return;
    const step = at === null ? all.at(-1) : at;
    range.value = all.indexOf(step);
    label.textContent = say("train.at_step", { step: step.toLocaleString() });
    range.setAttribute("aria-valuetext", label.textContent);
    follow.setAttribute("aria-pressed", String(at === null));
    favourite.setAttribute("aria-pressed", String(at !== null && at === best));
    const mine = ++turn;
    const image = await Promise.resolve(frame(step)).catch(() => null);
    if (mine !== turn) return;
    const beliefs = live && step === live.step ? live.beliefs : null;
    if (image) sheet.paint(image, beliefs);
    onShow(at === null ? null : step, beliefs);
  }

  function stop() {
    clearTimeout(playing);
    playing = 0;
    play.textContent = say("train.play");
  }

  async function advance() {
    const all = stops();
    const next = all.indexOf(at) + 1;
    if (next >= all.length - 1) return go(null);
    at = all[next];
    const started = performance.now();
    await show();
    if (!playing) return;
    const wait = Math.min(250, Math.max(50, (FILM_S * 1000) / all.length));
    playing = setTimeout(advance, Math.max(0, wait - (performance.now() - started)));
  }

  function go(step) {
    stop();
    at = step;
    show();
    onSeek(at);
  }

  play.addEventListener("click", () => {
    if (playing) return go(at ?? null);
    play.textContent = say("train.hold");
    if (at === null) at = undefined; // from the first frame
    playing = setTimeout(advance, 0);
  });
  range.addEventListener("input", () => {
    const index = Number(range.value);
    go(index === stops().length - 1 ? null : stops()[index]);
  });
  favourite.addEventListener("click", () => go(best));
  follow.addEventListener("click", () => go(null));
  stop();

  return {
    // Add the answer of a poll: the run's name, whether to start over (it may have been rolled back to
    // an earlier step), its recorded steps and the live picture.
    async update({ run: name, of: model, reset, frames, picture, opinions, step, best: found }) {
      const other = model !== of;
      if (other) stop();
      if (other || reset) {
        recorded.clear(); // repeated steps look different
        [steps, live, best] = [[], null, null];
        if (other) at = null;
        else if (at > step) go(null);
        [run, of] = [name, model];
      }
      if (frames) steps = frames;
      if (found !== undefined) best = found;
      if (picture) {
        const beliefs = opinions ? Array.from(bytes(opinions), (level) => level / 255) : null;
        live = { image: await decodePicture(picture), step, beliefs };
      }
      if (picture === "") live = null;
      if (at && !stops().includes(at)) at = stops().findLast((one) => one < at) ?? null;
      if (frames || picture !== undefined || found !== undefined) await show();
    },
    // Go to a recorded step set on another tab; null: the newest.
    seek(step) {
      if (step === at || playing || (step !== null && !stops().includes(step))) return;
      at = step;
      show();
    },
  };
}
