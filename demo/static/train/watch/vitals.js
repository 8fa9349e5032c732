// The vital signs below the curves: how far from real, how varied, which classes, D's scores. A row
// is [step, frechet, low, high, diversity, confidence, gap, gradient of G, of D, classes, D's
// scores of real images, of G's]; what a run cannot tell is null. Scores are [the first bin above
// 0, its share, the next one's, ...]. Then follow precision, recall and memorisation, and with
// adaptive augmentation p and r_t.

import { thinned } from "../../charts/axes.js";
import { bars } from "../../charts/bar_chart.js";
import { chart } from "../../charts/line_chart.js";
import { html, make, number } from "../../core/dom.js";
import { brief, labelled, percent } from "../../core/format.js";
import { SHAPES, curvesOf } from "./curves.js";

const MAX_ROWS = 400; // on this page
const LIMIT = 6; // logits, where the scores' axis ends
const BINS = 24; // of half a logit
const CLASSES = 10; // of every data set that has a judge
const [STEP, FRECHET, LOW, HIGH, DIVERSITY, CONFIDENCE, GAP, GRAD_G, GRAD_D, SHARES, REAL, FAKE] =
  Array(12).keys();
const [PRECISION, RECALL, COPIES, AUGMENT, CERTAINTY] = [12, 13, 14, 15, 16];
const HINTS = ["frechet", "diversity", "precision_recall", "shares", "scores", "gap"];
const hundred = (share) => Math.round(100 * share) || 0; // percent, and not -0

/** @type {[string, number[], (...values: number[]) => object][]} */
const FIGURES = [
  ["confidence", [CONFIDENCE], (share) => ({ share: hundred(share) })],
  [
    "precision_recall",
    [PRECISION, RECALL],
    (precision, recall) => ({ precision: hundred(precision), recall: hundred(recall) }),
  ],
  ["memorisation", [COPIES], (times) => ({ times: number(times) })],
  ["gap", [GAP], (gap) => ({ gap: number(hundred(gap), 0) })],
  ["gradients", [GRAD_G, GRAD_D], (g, d) => ({ g: brief(g), d: brief(d) })],
  [
    "augmented",
    [AUGMENT, CERTAINTY],
    (share, sign) => ({ share: hundred(share), certainty: number(hundred(sign), 0) }),
  ],
]; // below the charts: the text, its columns, and its values

export function vitals(place, { say, text }) {
  const figures = [0, 1, 2, 3].map(() => make("figure", { className: "tr-chart" }));
  const line = make("p", { className: "ls-facts tr-figures" });
  const { element: about } = html`
    <details class="tr-about"><summary>${say("train.about_vitals")}</summary></details>`;
  about.append(...HINTS.map((name) => make("p", {}, say(`train.${name}_hint`))));
  place.append(make("div", { className: "tr-charts" }, ...figures), line, about);
  place.hidden = true;

  const listed = (texts) => texts.join(say("app.comma"));
  let rows = [];
  let mark = null; // the step of the displayed picture
  let hover = null; // the step under the pointer
  const onHover = (step) => {
    hover = step;
    details();
  };

  const signChart = (figure, name, curves, options = {}) =>
    chart(figure, {
      title: say(`train.${name}`),
      curves: curvesOf(curves, say),
      text,
      say,
      onHover,
      ...SHAPES[name],
      ...options,
    });
  const distance = signChart(figures[0], "frechet", ["d_fake"], {
    band: [2, 3],
    read: ([, y, , high]) => `${brief(y)} \u00b1 ${brief(high - y)}`,
  });
  const variety = signChart(figures[1], "diversity", ["d_fake", "d_real"]);
  let nameOf = (k) => String(k); // of a class
  const shares = bars(figures[2], {
    title: say("train.shares"),
    say,
    series: curvesOf(["d_fake"], say),
    labels: () => Array.from({ length: CLASSES }, (_, k) => [k + 0.5, nameOf(k)]),
    level: 100 / CLASSES,
    bin: (k) => say("train.class_k", { k: nameOf(k) }),
  });
  const logit = (k) => number(k / 2 - LIMIT, 1);
  const scores = bars(figures[3], {
    title: say("train.scores"),
    say,
    series: curvesOf(["d_real", "d_fake"], say),
    labels: () => [-6, -4, -2, 0, 2, 4, 6].map((score) => [(score + LIMIT) * 2, number(score, 0)]),
    bin: (k) => say("train.score_k", { low: logit(k), high: logit(k + 1) }),
  });

  // Return the row of the hovered step, else of the displayed picture, else the newest.
  function chosen() {
    const step = hover ?? mark;
    return step === null ? rows.at(-1) : rows.findLast((row) => row[STEP] <= step) || rows[0];
  }

  function details() {
    const row = chosen();
    if (!row) return;
    if (row[SHARES]) {
      shares(
        [row[SHARES]],
        listed(row[SHARES].map((share, k) => labelled(nameOf(k), percent(share, say), say))),
      );
    }
    const mean = (bins) => bins.reduce((sum, share, k) => sum + share * (k / 2 - LIMIT + 0.25), 0);
    const bins = [spread(row[REAL]), spread(row[FAKE])];
    const captions = ["d_real", "d_fake"].map(
      (name, index) => `${say("train." + name)} ${number(mean(bins[index]) / 100, 1)}`,
    );
    scores(bins, listed(captions));
    // older recordings lack some columns
    const known = FIGURES.filter(([, columns]) => columns.every((k) => typeof row[k] === "number"));
    const parts = known.map(([key, columns, read]) =>
      make("span", {}, say(`train.${key}`, read(...columns.map((k) => row[k])))),
    );
    line.replaceChildren(...parts);
  }

  return {
    /** Add the answer of a poll; `reset`: replace all rows; `until`: where the other curves end. */
    take(news, reset, until = 0) {
      if (reset) [rows, hover] = [[], null];
      if (news) rows = thinned(rows.concat(news), MAX_ROWS);
      place.hidden = !rows.length;
      if (!rows.length) return;
      const judged = rows.at(-1)[FRECHET] !== null;
      for (const figure of figures.slice(0, 2)) figure.hidden = !judged;
      figures[2].hidden = !Array.isArray(rows.at(-1)[SHARES]); // classes are not counted without a judge
      const columns = (...names) => rows.map((row) => names.map((name) => row[name]));
      distance.setRows(columns(STEP, FRECHET, LOW, HIGH), until);
      variety.setRows(
        columns(STEP, DIVERSITY).map((row) => [...row, null]),
        until,
      );
      if (news) details();
    },
    /** Return the step of the newest row, undefined without any. */
    newest: () => rows.at(-1)?.[STEP],
    /** Set the function that names classes. */
    setNames(next) {
      nameOf = next;
      details();
    },
    /** Mark the step of the displayed picture; null for none. */
    setMark(step) {
      mark = step;
      for (const one of [distance, variety]) one.setMark(step);
      details();
    },
    /** Set the marks of the run; see charts/line_chart.js. */
    setMarks(marks) {
      for (const one of [distance, variety]) one.setMarks(marks);
    },
  };
}

// Expand the sparse bins of scores.
function spread(sent) {
  const [first, ...shares] = sent ?? [0];
  return Array.from({ length: BINS }, (_, k) => shares[k - first] ?? 0);
}
