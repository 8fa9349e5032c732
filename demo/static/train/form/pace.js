// The estimated duration of the run in the form.

import { make } from "../../core/dom.js";
import { clock, formatNumber } from "../../core/format.js";

const CALM_MS = 600; // after the last change
const DIGITS = "mnist";
const AGAIN_MS = 3000; // while the server measures for another visitor

/** Create {element, show(settings, wanted)}, which requests unknown estimates only. */
export function formPace({ say, ask }) {
  const element = make("p", { className: "ls-note", role: "status" });
  let known = ""; // key of the settings shown
  let timer = 0;

  function show(settings, wanted) {
    const key = JSON.stringify({ ...settings, seed: 0 });
    element.hidden = !wanted;
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

  function sentence({ step_s, readable_s, total_s, never }, { steps, seconds, data }) {
    const count = seconds ? Number((seconds / step_s).toPrecision(2)) : steps; // an estimate
    const values = { steps: formatNumber(count), total: clock(total_s, say) };
    if (readable_s !== null) values.readable = clock(readable_s, say);
    const digits = data === DIGITS; // not measured for other images
    const kind = digits && readable_s !== null ? "readable" : digits && never ? "never" : "total";
    return say(`train.pace_${kind}${seconds ? "_time" : ""}`, values);
  }
  return { element, show };
}
