// The overlaid curves of two runs: both losses, distance to real images, diversity.

import { thinned } from "../../charts/axes.js";
import { chart } from "../../charts/line_chart.js";
import { make } from "../../core/dom.js";
import { atStep } from "../../core/format.js";
import { SHAPES } from "../watch/curves.js";
import { merged } from "./rows.js";

const MAX_ROWS = 1200; // of a run, on this page
export const COLORS = ["--du-first", "--du-second"];
const TITLES = {
  frechet: "train.frechet",
  diversity: "train.diversity",
  loss_g: "compare.loss_g",
  loss_d: "compare.loss_d",
};
const COLUMNS = {
  frechet: ["vitals", 1],
  diversity: ["vitals", 4],
  loss_g: ["rows", 1],
  loss_d: ["rows", 2],
}; // in an answer of demo/train/watch/progress.py

/** Draw a chart of two runs into `figure`; name: a key of `TITLES`; labels: of both runs. */
export function pairChart(figure, name, labels, say) {
  const curves = labels.map((label, index) => ({ name: label, color: COLORS[index] }));
  const text = (step) => atStep(step, say);
  return chart(figure, {
    title: say(TITLES[name]),
    curves,
    text,
    say,
    apart: true,
    ...SHAPES[name],
  });
}

/** Fill `place`; labels: of both runs. */
export function curves(place, labels, say) {
  const charts = Object.keys(TITLES).map((name) => {
    const figure = make("figure", { className: "tr-chart" });
    place.append(figure);
    return { name, ...pairChart(figure, name, labels, say) };
  });
  const known = { rows: [[], []], vitals: [[], []] };

  return {
    /** Add the answer of a poll for both runs. */
    update(sides) {
      let news = false;
      sides.forEach((side, index) => {
        for (const [part, both] of Object.entries(known)) {
          if (side.reset) both[index] = [];
          if (side[part]) both[index] = thinned(both[index].concat(side[part]), MAX_ROWS);
        }
        news ||= Boolean(side.reset || side.rows || side.vitals);
      });
      if (!news) return;
      const until = Math.max(0, ...known.rows.map((rows) => rows.at(-1)?.[0] ?? 0));
      for (const { name, setRows } of charts) {
        const [part, column] = COLUMNS[name];
        setRows(merged(...known[part], column), until);
      }
    },

    /**
     * Return the last vital signs of both, null without any: of nearly the same step, unless the
     * runs have come `apart`.
     */
    last(apart) {
      const steps = known.vitals.map((rows) => rows.at(-1)?.[0] ?? Infinity);
      const until = apart ? Infinity : Math.min(...steps);
      const upTo = ([step]) => step <= until;
      return known.vitals.map((rows) => rows.findLast(upTo) ?? rows.at(-1) ?? null);
    },

    /** Mark the step of the displayed pictures; null for none. */
    mark(step) {
      for (const one of charts) one.setMark(step);
    },
  };
}
