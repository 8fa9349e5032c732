// The vital signs below the curves: how far from real, how varied, which classes, D's scores. A row
// is [step, frechet, low, high, diversity, confidence, gap, gradient of G, of D, classes, D's
// scores of real images, of G's]; what a run cannot tell is null. Scores are [the first bin above
// 0, its share, the next one's, ...]. Then follow precision, recall and memorisation, and with
// adaptive augmentation p and r_t.

import { thinned } from "../../charts/axes.js";
import { bars } from "../../charts/bar_chart.js";
import { chart } from "../../charts/line_chart.js";
import { make, number } from "../../core/dom.js";

const MAX_ROWS = 400; // on this page
const LIMIT = 6; // logits, where the scores' axis ends
const BINS = 24; // of half a logit
const CLASSES = 10; // of every data set that has a judge
const [STEP, FRECHET, LOW, HIGH, DIVERSITY, CONFIDENCE, GAP, GRAD_G, GRAD_D, SHARES, REAL, FAKE] =
  Array(12).keys();
const [PRECISION, RECALL, COPIES, AUGMENT, CERTAINTY] = [12, 13, 14, 15, 16];
const HINTS = ["frechet", "diversity", "precision_recall", "shares", "scores", "gap"];

export function vitals(place, { say, text }) {
  const charts = make("div", { className: "tr-charts" });
  const figures = [0, 1, 2, 3].map(() => make("figure", { className: "tr-chart" }));
  const line = make("p", { className: "tr-figures" });
  const about = make(
    "details",
    { className: "tr-about" },
    make("summary", {}, say("train.about_vitals")),
  );
  for (const name of HINTS) about.append(make("p", {}, say(`train.${name}_hint`)));
  charts.append(...figures);
  place.append(charts, line, about);
  place.hidden = true;

  let rows = [];
  let mark = null; // the step of the displayed picture
  let hover = null; // the step under the pointer
  const onHover = (step) => {
    hover = step;
    details();
  };

  const distance = chart(figures[0], {
    title: say("train.frechet"),
    curves: [{ name: say("train.d_fake"), color: "--tr-fake" }],
    log: true,
    smooth: false,
    band: [2, 3],
    read: ([, y, , high]) => `${brief(y)} \u00b1 ${brief(high - y)}`,
    text,
    onHover,
  });
  const variety = chart(figures[1], {
    title: say("train.diversity"),
    curves: [
      { name: say("train.d_fake"), color: "--tr-fake" },
      { name: say("train.d_real"), color: "--tr-real" },
    ],
    least: 1.2,
    level: 1,
    smooth: false,
    text,
    onHover,
  });
  let nameOf = (k) => String(k); // of a class
  const shares = bars(figures[2], {
    title: say("train.shares"),
    series: [{ name: say("train.d_fake"), color: "--tr-fake" }],
    labels: () => Array.from({ length: CLASSES }, (_, k) => [k + 0.5, nameOf(k)]),
    level: 100 / CLASSES,
    bin: (k) => say("train.class_k", { k: nameOf(k) }),
  });
  const logit = (k) => number(k / 2 - LIMIT, 1);
  const scores = bars(figures[3], {
    title: say("train.scores"),
    series: [
      { name: say("train.d_real"), color: "--tr-real" },
      { name: say("train.d_fake"), color: "--tr-fake" },
    ],
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
      shares([row[SHARES]], row[SHARES].map((share, k) => `${nameOf(k)}: ${share}%`).join(", "));
    }
    const mean = (bins) => bins.reduce((sum, share, k) => sum + share * (k / 2 - LIMIT + 0.25), 0);
    const bins = [spread(row[REAL]), spread(row[FAKE])];
    const captions = ["d_real", "d_fake"].map(
      (name, index) => `${say("train." + name)} ${number(mean(bins[index]) / 100, 1)}`,
    );
    scores(bins, captions.join(", "));
    const said = (key, values) => make("span", {}, say("train." + key, values));
    const parts = [];
    if (row[CONFIDENCE] !== null) {
      parts.push(said("confidence", { share: Math.round(row[CONFIDENCE] * 100) }));
    }
    // older recordings lack them
    if (typeof row[RECALL] === "number") {
      const shares = {
        precision: Math.round(row[PRECISION] * 100),
        recall: Math.round(row[RECALL] * 100),
      };
      parts.push(said("precision_recall", shares));
    }
    if (typeof row[COPIES] === "number") {
      parts.push(said("memorisation", { times: number(row[COPIES], 2) }));
    }
    if (row[GAP] !== null)
      parts.push(said("gap", { gap: number(Math.round(row[GAP] * 100) || 0, 0) }));
    if (row[GRAD_G] !== null && row[GRAD_D] !== null) {
      parts.push(said("gradients", { g: brief(row[GRAD_G]), d: brief(row[GRAD_D]) }));
    }
    if (row.length > CERTAINTY) {
      const [share, certainty] = [row[AUGMENT], row[CERTAINTY]].map((one) => Math.round(one * 100));
      parts.push(said("augmented", { share, certainty: number(certainty, 0) }));
    }
    line.replaceChildren(...parts);
  }

  return {
    // Add the answer of a poll; `reset`: replace all rows; `until`: where the other curves end.
    take(news, reset, until = 0) {
      if (reset) [rows, hover] = [[], null];
      if (news) rows = thinned(rows.concat(news), MAX_ROWS);
      place.hidden = !rows.length;
      if (!rows.length) return;
      const judged = rows.at(-1)[FRECHET] !== null;
      for (const figure of figures.slice(0, 2)) figure.hidden = !judged;
      figures[2].hidden = !Array.isArray(rows.at(-1)[SHARES]); // classes are not counted without a judge
      distance.setRows(
        rows.map((row) => [row[STEP], row[FRECHET], row[LOW], row[HIGH]]),
        until,
      );
      variety.setRows(
        rows.map((row) => [row[STEP], row[DIVERSITY], null]),
        until,
      );
      if (news) details();
    },
    // Set the function that names classes.
    name(called) {
      nameOf = called;
      details();
    },
    // Mark the step of the displayed picture; null for none.
    setMark(step) {
      mark = step;
      for (const one of [distance, variety]) one.setMark(step);
      details();
    },
    // Set the marks of the run; see charts/line_chart.js.
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

const brief = (y) => (y >= 100 ? y.toFixed(0) : y >= 10 ? y.toFixed(1) : y.toFixed(2));
