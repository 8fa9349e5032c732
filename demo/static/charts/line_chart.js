// A small line chart on a canvas: each curve raw and faint, and smoothed and bold on top.
// Rows are [x, y1, y2, ...]; a missing y is null. Hovering shows the values in the legend.

import { fit, logTicks, smoothed, ticks } from "./axes.js";
import { chartMarks } from "./marks.js";
import { PAD, line, plot } from "./plot.js";
import { formatNumber, labelled } from "../core/format.js";

/**
 * Draw into `figure`. curves: [{name, color}] where color is a CSS variable; text(x): the legend's
 * words for a position; range: [low, high], or null to fit, with `least` as the lowest top. Rare rows
 * are shown as they are: `smooth: false`; `band`: the columns of their lower and upper bound.
 * `level`: a value to compare with. `read(row)`: the legend's words for a value. `apart`: the curves
 * are of runs with different steps; a curve skips rows without a value, and the legend shows the last
 * known one.
 */
export function chart(figure, options) {
  const { title, curves, text, say, range = null, log = false, least = 0, level = null } = options;
  const { band = null, smooth: steady = true, apart = false } = options;
  const { read = null, onHover = () => {} } = options;
  let rows = [];
  let smooth = []; // the values of each curve, smoothed where it is
  let shown = null; // the step of the displayed picture
  let hover = null; // index of the row under the pointer
  let end = 0; // of the axis
  const { canvas, draw, setLegend } = plot(figure, { title, series: curves, paint, onPoint });
  const names = curves.map(({ name }) => name);
  canvas.setAttribute("aria-label", labelled(title, names.join(say("app.comma")), say));
  const marks = chartMarks(figure);

  /** `until`: the least end of the axis, to align it with another chart. */
  function setRows(next, until = 0) {
    rows = next;
    end = Math.max(until, rows.length ? rows.at(-1)[0] : 1);
    smooth = curves.map((_, k) => (steady ? smoothed(rows, k + 1) : rows.map((row) => row[k + 1])));
    if (hover !== null && hover >= rows.length) hover = null;
    draw();
  }

  const first = () => Math.min(0, rows.length ? rows[0][0] : 0);
  const along = (x, w) => PAD.left + ((x - first()) / (end - first() || 1)) * w;

  function paint({ pen, color, width, height, inner }) {
    const values = () => rows.flatMap((row) => row.slice(1, curves.length + 1));
    const [low, high] = range || fit(values(), { log, least });
    const px = (x) => along(x, inner.w);
    const share = (y) =>
      log ? Math.log(Math.max(y, low / 2) / low) / Math.log(high / low) : (y - low) / (high - low);
    const py = (y) => PAD.top + (1 - share(y)) * inner.h;
    const across = (y, dash) => line(pen, [PAD.left, y], [width - PAD.right, y], dash);
    const upright = (x, dash) => line(pen, [px(x), PAD.top], [px(x), PAD.top + inner.h], dash);

    pen.fillStyle = color("--body-text-color-subdued");
    pen.strokeStyle = color("--border-color-primary");
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const y of log ? logTicks(low, high) : ticks(low, high, 4)) {
      across(py(y));
      pen.fillText(String(y), PAD.left - 6, Math.round(py(y)) + 0.5);
    }
    pen.textBaseline = "alphabetic";
    for (const x of rows.length ? ticks(first(), end, Math.max(2, width / 110)) : []) {
      pen.textAlign = x === first() ? "left" : px(x) > width - 30 ? "right" : "center";
      pen.fillText(formatNumber(x), px(x), height - 4);
    }

    pen.save();
    pen.beginPath();
    pen.rect(PAD.left, PAD.top - 2, inner.w + PAD.right, inner.h + 4);
    pen.clip();
    pen.lineJoin = "round";
    if (band) drawBand(pen, px, py, color(curves[0].color));
    if (level !== null) {
      pen.globalAlpha = 1;
      pen.strokeStyle = color("--tr-real");
      across(py(level), [4, 4]);
    }
    curves.forEach((curve, index) => {
      pen.strokeStyle = pen.fillStyle = color(curve.color);
      if (steady) trace(pen, px, (at) => rows[at][index + 1], py, 0.3, 1);
      trace(pen, px, (at) => smooth[index][at], py, 1, 2);
      if (!steady && rows.length < 50) drawDots(pen, px, index + 1, py);
    });
    pen.globalAlpha = pen.lineWidth = 1;
    pen.strokeStyle = color("--body-text-color-subdued");
    if (rows.length) marks.draw(pen, color("--color-accent"), px, PAD.top + inner.h);
    if (shown !== null && rows.length && shown <= end) upright(shown, [3, 3]);
    if (hover !== null) upright(rows[hover][0]);
    pen.restore();
    legend();
  }

  function trace(pen, px, value, py, alpha, thick) {
    pen.globalAlpha = alpha;
    pen.lineWidth = thick;
    pen.beginPath();
    let down = false;
    rows.forEach(([x], at) => {
      const y = value(at);
      if (y === null) down &&= apart;
      else if (down) pen.lineTo(px(x), py(y));
      else pen.moveTo(px(x), py(y));
      if (y !== null) down = true;
    });
    pen.stroke();
  }

  function drawDots(pen, px, column, py) {
    for (const row of rows.filter((one) => one[column] !== null)) {
      pen.beginPath();
      pen.arc(px(row[0]), py(row[column]), 2.5, 0, 7);
      pen.fill();
    }
  }

  function drawBand(pen, px, py, fill) {
    const known = rows.filter((row) => row[band[0]] !== null);
    pen.beginPath();
    known.forEach((row) => pen.lineTo(px(row[0]), py(row[band[0]])));
    known.reverse().forEach((row) => pen.lineTo(px(row[0]), py(row[band[1]])));
    pen.fillStyle = fill;
    pen.globalAlpha = 0.2;
    pen.fill();
  }

  // Show the smoothed values of the last row, or the raw ones of the hovered row.
  function legend() {
    const at = hover ?? rows.length - 1;
    const values = curves.map((_, index) => {
      const value = (row) => (hover === null ? smooth[index][row] : rows[row][index + 1]);
      const y = at < 0 ? null : known(at, value);
      if (y === null || y === undefined) return "";
      return read ? read(rows[at]) : y.toFixed(2);
    });
    setLegend(hover === null ? "" : text(rows[hover][0]), values);
  }

  // Return the value in a row; with `apart`, in the last row so far that has one.
  function known(at, value) {
    let row = at;
    while (apart && row > 0 && value(row) === null) row -= 1;
    return value(row);
  }

  function onPoint(share) {
    const before = hover;
    hover = share === null || !rows.length ? null : nearest(share * end);
    const inner = canvas.clientWidth - PAD.left - PAD.right;
    const at = hover === null ? null : PAD.left + share * inner;
    marks.point(at, (step) => along(step, inner), canvas.clientWidth);
    if (hover !== null || before !== null) onHover(hover === null ? null : rows[hover][0]);
  }

  function nearest(x) {
    const after = rows.findIndex((row) => row[0] >= x);
    const right = after < 0 ? rows.length - 1 : after;
    const left = Math.max(0, right - 1);
    return x - rows[left][0] < rows[right][0] - x ? left : right;
  }

  return {
    setRows,
    /** Mark the step of the displayed picture; null for none. */
    setMark(step) {
      if (step === shown) return;
      shown = step;
      draw();
    },
    /** Set the marks of the run: [{step, text}]. */
    setMarks(next) {
      marks.set(next);
      draw();
    },
  };
}
