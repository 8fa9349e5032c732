// Two runs side by side: pictures on one scrubber, diagnoses, a table and curves.

import { button, make } from "../../core/dom.js";
import { isIll, sentence } from "../doctor/words.js";
import { curves } from "./curves.js";
import { films } from "./film.js";
import { grid } from "./grid.js";
import { table } from "./table.js";

/**
 * Fill `place` for a pair with the labels `names`; pair: from
 * demo/train/compare/pairs.py.
 */
export function arena(place, { names, pair, server, words, say }) {
  const corners = names.map((name, index) => corner(name, index, say));
  const range = make("input", { type: "range", className: "ls-range", min: 0, max: 0, value: 0 });
  range.setAttribute("aria-label", say("train.scrub"));
  const bar = { range, at: make("output"), newest: button(say("train.newest")) };
  const figures = make("section");
  const charts = make("div", { className: "tr-charts" });
  place.replaceChildren(
    make("div", { className: "du-ring" }, ...corners.map(({ element }) => element)),
    make("div", { className: "du-film" }, range, bar.at, bar.newest),
    figures,
    charts,
  );
  const lines = curves(charts, names, say);
  const result = table(figures, names, words);
  const player = films({
    bar,
    grids: corners.map(({ canvas }) => grid(canvas, () => labelled)),
    fetchFrames: (wanted) => server.frames(wanted),
    onStep: (step) => lines.mark(step),
    say,
  });
  player.begin(pair.names);
  let labelled = true; // of both runs
  const findings = [null, null]; // sent only when they change

  return {
    /** Show the answer of a poll; see demo/train/compare/pairs.py. */
    async update({ sides, outcome }) {
      sides.forEach((side, index) => {
        labelled = side.labelled ?? labelled;
        if (side.finding !== undefined) findings[index] = side.finding;
        const finding = findings[index];
        corners[index].setDiagnosis(
          side.error || sentence(finding, words),
          side.error || isIll(finding),
        );
      });
      lines.update(sides);
      const told = sides.map(({ step, elapsed, cpu, state }, index) => ({
        elapsed,
        cpu,
        failed: state === "failed",
        finding: findings[index],
        images: step * pair.images[index],
        signs: lines.last()[index],
      }));
      result.update(told, outcome);
      await player.update(sides);
    },
  };
}

function corner(name, index, say) {
  const canvas = make("canvas", { width: 140, height: 168 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", say("compare.samples", { name }));
  const word = make("p", { className: "du-word" });
  const element = make(
    "article",
    { className: "du-corner" },
    make("h4", { className: index ? "du-second" : "du-first" }, name),
    make("div", { className: "ls-plate du-plate" }, canvas),
    word,
  );
  const setDiagnosis = (text, ill) => {
    word.textContent = text;
    word.dataset.ill = String(Boolean(ill));
  };
  return { element, canvas, setDiagnosis };
}
