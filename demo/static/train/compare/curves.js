// The overlaid curves of two runs: both losses, distance to real images, diversity.

import { thinned } from "../../charts/axes.js";
import { chart } from "../../charts/line_chart.js";
import { make } from "../../core/dom.js";
import { merged } from "./rows.js";

const MAX_ROWS = 1200; // of a run, on this page
const [LOSS_G, LOSS_D] = [1, 2]; // of a row of history
const [FRECHET, DIVERSITY] = [1, 4]; // of a row of vital signs
const COLORS = ["--du-first", "--du-second"];

/** Fill `place`; names: the labels of both runs. */
export function curves(place, names, say) {
  const figures = Array.from({ length: 4 }, () => make("figure", { className: "tr-chart" }));
  place.replaceChildren(...figures);
  const text = (step) => say("train.at_step", { step: step.toLocaleString() });
  const both = names.map((name, index) => ({ name, color: COLORS[index] }));
  const make_ = (at, title, more) =>
    chart(figures[at], { title, curves: both, text, apart: true, ...more });
  const distance = make_(0, say("train.frechet"), { log: true, smooth: false });
  const variety = make_(1, say("train.diversity"), { least: 1.2, level: 1, smooth: false });
  const losses = [make_(2, say("compare.loss_g"), {}), make_(3, say("compare.loss_d"), {})];
  const charts = [distance, variety, ...losses];
  const rows = [[], []];
  const signs = [[], []];

  return {
    /** Add the answer of a poll for both runs. */
    update(sides) {
      let news = false;
      sides.forEach((side, index) => {
        if (side.reset) [rows[index], signs[index]] = [[], []];
        rows[index] = thinned(rows[index].concat(side.rows ?? []), MAX_ROWS);
        signs[index] = thinned(signs[index].concat(side.vitals ?? []), MAX_ROWS);
        news ||= Boolean(side.reset || side.rows || side.vitals);
      });
      if (!news) return;
      const until = Math.max(0, ...rows.map((one) => one.at(-1)?.[0] ?? 0));
      distance.setRows(merged(...signs, FRECHET), until);
      variety.setRows(merged(...signs, DIVERSITY), until);
      losses[0].setRows(merged(...rows, LOSS_G), until);
      losses[1].setRows(merged(...rows, LOSS_D), until);
    },

    /** Return the last vital signs of both, null before the first. */
    last: () => signs.map((one) => one.at(-1) ?? null),

    /** Mark the step of the displayed pictures; null for none. */
    mark(step) {
      for (const one of charts) one.setMark(step);
    },
  };
}
