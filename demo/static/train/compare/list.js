// The list of experiments: what differs, the result when it was tried, the duration.

import { make, button } from "../../core/dom.js";
import { clock } from "../../core/duration.js";

/** Fill `place` with a row per experiment ({name, steps, cost}); its button calls start(name). */
export function list(place, experiments, start, say) {
  const rows = experiments.map((one) => {
    const time = make(
      "span",
      { className: "du-time" },
      say("compare.steps", { steps: count(one.steps) }),
    );
    const begin = button(say("compare.start"));
    const title = say(`compare.${one.name}.title`);
    begin.setAttribute("aria-label", `${say("compare.start")}: ${title}`);
    begin.addEventListener("click", () => start(one.name));
    const words = make(
      "div",
      {},
      make("h4", {}, title),
      make("p", {}, say(`compare.${one.name}.what`)),
    );
    const row = make("li", {}, words, make("div", { className: "du-begin" }, begin, time));
    return { one, row, time, begin };
  });
  place.replaceChildren(make("ul", { className: "du-list" }, ...rows.map(({ row }) => row)));

  return {
    /** Show durations; step_s: seconds per step of the default preset on this machine. */
    pace(step_s) {
      for (const { one, time } of rows) {
        const long = clock(rounded(step_s * one.steps * one.cost), say);
        time.replaceChildren(
          ...phrases(say("compare.about", { steps: count(one.steps), time: long })),
        );
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

const count = (n) => n.toLocaleString();

// Lines may break only after a comma.
const phrases = (text) => text.split(/(?<=, |，)/).map((phrase) => make("span", {}, phrase));

// estimates are rounded
const rounded = (seconds) =>
  seconds < 60 ? Math.ceil(seconds / 5) * 5 : Math.ceil(seconds / 10) * 10;
