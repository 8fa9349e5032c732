// The estimated duration of the run in the form.

import { make } from "../../core/dom.js";
import { clock, formatNumber, sentences } from "../../core/format.js";

const CALM_MS = 600; // after the last change
const AGAIN_MS = 3000; // while the server measures for another visitor

/**
 * Create {element, show(settings, wanted, shapes_s)}, which requests unknown estimates only. In a run,
 * `shapes_s` is when its first shapes appear, null once they do.
 */
export function formPace({ say, ask }) {
  const element = make("p", { className: "ls-note", role: "status" });
  let known = ""; // key of the settings shown
  let timer = 0;

  function first(shapes_s) {
    const unit = shapes_s < 60 ? 5 : shapes_s < 300 ? 30 : 60; // as exact as an estimate is
    const rounded = unit * Math.max(1, Math.round(shapes_s / unit));
    return say("train.pace_shapes", { shapes: clock(rounded, say) });
  }

  function show(settings, wanted, shapes_s) {
    const key = JSON.stringify({ ...settings, seed: 0 });
    element.hidden = !wanted && !shapes_s;
    if (!wanted && shapes_s) {
      const text = first(shapes_s);
      if (text !== element.textContent) element.textContent = text; // it is read out
      known = "";
    }
    if (!wanted || key === known) return;
    known = key;
    element.textContent = say("train.pace_measuring");
    clearTimeout(timer);
    timer = setTimeout(() => look(settings, key), CALM_MS);
  }

  async function look(settings, key) {
    const answer = await ask(settings);
    if (key !== known) return; // the settings have changed
    if (answer.busy) timer = setTimeout(() => key === known && look(settings, key), AGAIN_MS);
    else if (answer.slow_s)
      element.textContent = say("train.pace_slow", { slow: formatNumber(answer.slow_s) });
    else if (answer.sentence) element.textContent = answer.refused ? answer.sentence : "";
    else element.textContent = sentence(answer, settings);
  }

  function sentence({ step_s, shapes_s, total_s, never }, { steps, seconds }) {
    const count = seconds ? Number((seconds / step_s).toPrecision(2)) : steps; // an estimate
    const values = { steps: formatNumber(count), total: clock(total_s, say) };
    const total = say(`train.pace_${seconds ? "total_time" : "total"}`, values);
    return sentences([shapes_s && first(shapes_s), total, never && say("train.pace_never")]);
  }
  return { element, show };
}
