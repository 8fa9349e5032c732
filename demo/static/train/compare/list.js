// The list of experiments: what differs, the result when it was tried, the duration.

import { html, make } from "../../core/dom.js";
import { clock, formatNumber, labelled } from "../../core/format.js";

/** Fill `place` with a row per experiment ({name, steps, cost}); its button calls start(name). */
export function list(place, experiments, start, say) {
  const rows = experiments.map((one) => {
    const title = say(`compare.${one.name}.title`);
    const { element, begin, time } = html`
      <li>
        <div><h3 class="ls-subtitle">${title}</h3>
          <p class="ls-small">${say(`compare.${one.name}.what`)}</p></div>
        <div class="ls-column du-begin">
          <button class="ls-btn" aria-label="${labelled(say("compare.start"), title, say)}" ref="begin">
            ${say("compare.start")}</button>
          <span class="ls-note" ref="time">
            ${say("compare.steps", { steps: count(one.steps) })}</span>
        </div>
      </li>`;
    begin.addEventListener("click", () => start(one.name));
    return { one, element, time, begin };
  });
  place.replaceChildren(make("ul", { className: "du-list" }, ...rows.map((row) => row.element)));

  return {
    /** Show durations; step_s: seconds per step of the default preset on this machine. */
    pace(step_s) {
      for (const { one, time } of rows) {
        const long = clock(rounded(step_s * one.steps * one.cost), say);
        const text = say("compare.about", { steps: count(one.steps), time: long });
        // lines may break only after a comma
        const phrases = text.split(/(?<=, |，)/);
        time.replaceChildren(...phrases.map((phrase) => make("span", {}, phrase)));
      }
    },

    /** Enable or disable the buttons; `why`: the reason shown. */
    allow(may, why) {
      for (const { begin } of rows) {
        begin.disabled = !may;
        begin.title = may ? "" : why;
      }
    },
  };
}

const count = (n) => formatNumber(n);

// estimates are rounded
function rounded(seconds) {
  const unit = seconds < 60 ? 5 : 10;
  return Math.ceil(seconds / unit) * unit;
}
