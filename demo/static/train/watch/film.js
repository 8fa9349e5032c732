// The film of a run: a scrubber over its recorded steps, with the live picture at the end.

import { bytes, decodePicture } from "../../core/base64.js";
import { sleep } from "../../core/debounce.js";
import { atStep } from "../../core/format.js";
import { pauseMs } from "../../time/step_cache.js";
import { filmSheet } from "./film_sheet.js";
import { recordedFrames } from "./recorded_frames.js";

const THUMB_PX = 16; // of the scrubber

/**
 * parts: of layout.js. fetchFrames({run, steps}) asks the server; onShow(step, beliefs, isNewest) is
 * called with the displayed step and D's outputs for the samples if known; onSeek(step) is called when the visitor
 * stays at a step, null for the newest.
 */
export function film({ parts, fetchFrames, onShow, onSeek, say }) {
  const { play, range, tick, label, favourite, follow, plate, canvas, clips, moving } = parts;
  const sheet = filmSheet({ plate, canvas, clips, moving, say });
  let run = null;
  let of = null; // the model in training
  let steps = [];
  let live = null; // {image, step, beliefs}
  let best = null; // the step with the lowest Frechet distance
  let at = null; // the displayed step; null follows the newest
  let playing = null;
  let turn = 0; // only the newest request is shown
  const recorded = recordedFrames((wanted) => fetchFrames({ run, steps: wanted }));

  const stops = () => (live && !(live.step <= steps.at(-1)) ? [...steps, live.step] : steps);

  async function show() {
    const all = stops();
    range.max = Math.max(0, all.length - 1);
    for (const part of [play, range]) part.disabled = all.length < 2;
    const place = all.indexOf(best);
    favourite.disabled = tick.hidden = place < 0;
    const share = place / Math.max(1, all.length - 1);
    tick.style.left = `calc(${THUMB_PX / 2}px + ${share} * (100% - ${THUMB_PX}px))`;
    if (!all.length) return;
    // the newest is the live picture, which has D(x), though a step after it may be recorded
    const step = at ?? live?.step ?? all.at(-1);
    range.value = at === null ? all.length - 1 : all.indexOf(step);
    label.textContent = atStep(step, say);
    range.setAttribute("aria-valuetext", label.textContent);
    follow.setAttribute("aria-pressed", String(at === null));
    favourite.setAttribute("aria-pressed", String(at !== null && at === best));
    const mine = ++turn;
    const isLive = live !== null && step === live.step;
    const image = isLive ? live.image : await recorded.get(steps, step);
    if (mine !== turn) return;
    const beliefs = isLive ? live.beliefs : null;
    if (image) sheet.paint(image, beliefs);
    onShow(step, beliefs, at === null);
  }

  function stop() {
    playing = null;
    play.textContent = say("train.play");
  }

  async function start() {
    const mine = (playing = {});
    play.textContent = say("train.hold");
    let next = at === null ? 0 : stops().indexOf(at) + 1;
    while (next < stops().length - 1) {
      at = stops()[next];
      const pause = sleep(pauseMs(stops().length));
      await show();
      await pause;
      if (mine !== playing) return;
      next = stops().indexOf(at) + 1;
    }
    go(null);
  }

  function go(step) {
    stop();
    at = step;
    show();
    onSeek(at);
  }

  play.addEventListener("click", () => (playing ? go(at) : start()));
  range.addEventListener("input", () => {
    const index = Number(range.value);
    go(index === stops().length - 1 ? null : stops()[index]);
  });
  favourite.addEventListener("click", () => go(best));
  follow.addEventListener("click", () => go(null));
  stop();

  return {
    /**
     * Add the answer of a poll: the run's name, whether to start over (it may have been rolled back to
     * an earlier step), all its recorded steps and the live picture if it is new.
     */
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
      const isNew = frames !== steps || picture !== undefined || found !== undefined;
      steps = frames;
      if (found !== undefined) best = found;
      if (picture) {
        const beliefs = opinions ? Array.from(bytes(opinions), (level) => level / 255) : null;
        live = { image: await decodePicture(picture), step, beliefs };
      }
      if (picture === "") live = null;
      if (at && !stops().includes(at)) at = stops().findLast((one) => one < at) ?? null;
      if (isNew) await show();
    },
    /** Return the step that the visitor has gone to; null: the newest. */
    at: () => at,
    /** Return the displayed step, undefined without pictures. */
    shown: () => at ?? live?.step ?? stops().at(-1),
    /** Go to a recorded step set on another tab; null: the newest. */
    seek(step) {
      if (step === at || playing || (step !== null && !stops().includes(step))) return;
      at = step;
      show();
    },
  };
}
