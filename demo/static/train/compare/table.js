// The table of two runs' costs and results, and a sentence on which did better.

import { make, fill } from "../../core/dom.js";
import { clock } from "../../core/duration.js";

const [FRECHET, HIGH, DIVERSITY, GAP, CLASSES] = [1, 3, 4, 6, 9]; // of a row of vital signs
const [SAME, MUCH] = [1.05, 1.5]; // cost ratios: below, the same; above, shown as a factor
const ROWS = ["seconds", "cpu", "images", "frechet", "diversity", "classes", "gap", "verdict"];

/** Fill `place`; names: the labels of both runs. */
export function table(place, names, words) {
  const say = (key, values = {}) => fill(words[key] ?? key, values);
  const head = make("tr", {}, make("td"), ...names.map((name) => headed("col", name)));
  const cells = ROWS.map(() => [make("td"), make("td")]);
  const lines = ROWS.map((row, index) => {
    const heading = headed("row", say(`compare.row.${row}`));
    heading.title = words[`compare.hint.${row}`] ?? "";
    return make("tr", {}, heading, ...cells[index]);
  });
  const made = make(
    "table",
    { className: "du-table" },
    make("caption", {}, say("compare.table")),
    make("thead", {}, head),
    make("tbody", {}, ...lines),
  );
  const verdict = make("p", { className: "du-outcome" });
  verdict.setAttribute("role", "status");
  place.replaceChildren(verdict, made);

  return {
    /**
     * figures: {elapsed, cpu, images, signs, finding, failed} of each run; signs is the last row of
     * its vital signs; outcome: see gan/monitor/outcome.py, null while they train.
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
  return [...parts, say("compare.one_seed")].join(" ");
}

function figuresOf({ elapsed, cpu, images, signs, finding, failed }, say) {
  const known = (column) => (signs?.[column] ?? null) !== null;
  const spread = known(FRECHET) ? signs[HIGH] - signs[FRECHET] : 0;
  const drawn = known(CLASSES) ? signs[CLASSES].filter((share) => share >= 1).length : 0;
  const state = failed ? "failed" : finding?.state;
  return {
    seconds: elapsed ? clock(elapsed, say) : "\u2013",
    cpu: cpu ? clock(cpu, say) : "\u2013",
    images: images.toLocaleString(),
    frechet: known(FRECHET) ? `${brief(signs[FRECHET])} \u00b1 ${brief(spread)}` : "\u2013",
    diversity: known(DIVERSITY) ? signs[DIVERSITY].toFixed(2) : "\u2013",
    classes: known(CLASSES) ? say("compare.of", { drawn, all: signs[CLASSES].length }) : "\u2013",
    gap: known(GAP) ? `${Math.round(100 * signs[GAP])} %`.replace("-", "\u2212") : "\u2013",
    verdict: state ? say(`compare.verdict.${state}`) : "\u2013",
  };
}

const headed = (scope, text) => make("th", { scope }, text);

const brief = (y) => (y >= 100 ? y.toFixed(0) : y >= 10 ? y.toFixed(1) : y.toFixed(2));
