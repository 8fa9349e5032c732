// The table of two runs' costs and results, and a sentence on which did better.

import { make, number } from "../../core/dom.js";
import { atStep, brief, clock, formatNumber, percent, sentences } from "../../core/format.js";
import { pairTable } from "./pair_table.js";

const [STEP, FRECHET, HIGH, DIVERSITY, GAP, CLASSES] = [0, 1, 3, 4, 6, 9]; // of a row of vital signs
const [SAME, MUCH] = [1.05, 1.5]; // cost ratios: below, the same; above, shown as a factor
const COSTS = ["seconds", "cpu", "images"];
const RESULTS = ["measured", "frechet", "diversity", "classes", "gap", "verdict"];
const ROWS = [...COSTS, ...RESULTS];
const UNKNOWN = "\u2013";

/** Fill `place`; names: the labels of both runs. */
export function table(place, names, words, say) {
  const labels = ROWS.map((row) => [say(`compare.row.${row}`), words[`compare.hint.${row}`] ?? ""]);
  const { element, cells } = pairTable(say("compare.table"), names, labels);
  const verdict = make("p", { className: "du-outcome", role: "status" });
  place.replaceChildren(verdict, element);

  return {
    /**
     * figures: {elapsed, cpu, images, signs, finding, failed} of each run; signs is the last row of
     * its vital signs; outcome: see gan/monitor/compare.py, null while they train.
     */
    update(figures, outcome) {
      figures.forEach((run, side) => {
        const texts = figuresOf(run, say);
        ROWS.forEach((row, index) => {
          cells[index][side].textContent = texts[row];
          cells[index][side].dataset.better = String(outcome?.better === side);
        });
      });
      verdict.textContent = outcome
        ? sentence(outcome, figures, names, say)
        : say("compare.undecided");
    },
  };
}

/** Describe which run did better, by how much, and at what cost. */
export function sentence({ better, by, ratio }, figures, names, say) {
  const values = { better: names[better] ?? "", other: names[1 - (better ?? 0)] };
  const parts = [say(`compare.by.${by}`, values)];
  if (by === "frechet" && ratio !== null)
    parts.push(say("compare.times", { ratio: ratio.toFixed(1) }));
  const [first, second] = figures.map(({ cpu }) => cpu);
  if (first > 0 && second > 0) {
    const dear = names[second > first ? 1 : 0];
    const more = Math.max(first, second) / Math.min(first, second);
    const key = more < SAME ? "same_cost" : more < MUCH ? "cost" : "cost_times";
    const values = { dear, more: Math.round(100 * (more - 1)), ratio: more.toFixed(1) };
    parts.push(say(`compare.${key}`, values));
  }
  return sentences([...parts, say("compare.one_seed")]);
}

function figuresOf({ elapsed, cpu, images, signs, finding, failed }, say) {
  const known = (column) => (signs?.[column] ?? null) !== null;
  const spread = known(FRECHET) ? signs[HIGH] - signs[FRECHET] : 0;
  const drawn = known(CLASSES) ? signs[CLASSES].filter((share) => share >= 1).length : 0;
  const state = failed ? "failed" : finding?.state;
  return {
    seconds: elapsed ? clock(elapsed, say) : UNKNOWN,
    cpu: cpu ? clock(cpu, say) : UNKNOWN,
    images: formatNumber(images),
    measured: signs ? atStep(signs[STEP], say) : UNKNOWN,
    frechet: known(FRECHET) ? `${brief(signs[FRECHET])} \u00b1 ${brief(spread)}` : UNKNOWN,
    diversity: known(DIVERSITY) ? signs[DIVERSITY].toFixed(2) : UNKNOWN,
    classes: known(CLASSES) ? say("compare.of", { drawn, all: signs[CLASSES].length }) : UNKNOWN,
    gap: known(GAP) ? percent(number(Math.round(100 * signs[GAP]) || 0, 0), say) : UNKNOWN,
    verdict: state ? say(`compare.verdict.${state}`) : UNKNOWN,
  };
}
