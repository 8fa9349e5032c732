// A small bar chart on a canvas, one bar per bin; several series overlap.
// Hovering a bin shows its values in the legend.

import { labelled, percent } from "../core/format.js";
import { PAD, line, plot } from "./plot.js";

/**
 * Draw into `figure`; return setValues. series: [{name, color}]; labels(): [[bin's edge or middle,
 * text]] along the axis, cut to fit; level: a share to compare with; bin(k): the words for a bin.
 */
export function bars(figure, { title, series, labels, level = null, bin, say }) {
  let values = series.map(() => []);
  let hover = null;
  const { canvas, draw, setLegend } = plot(figure, { title, series, paint, onPoint });

  function paint({ pen, color, width, height, inner }) {
    const count = values[0].length;
    const base = PAD.top + inner.h;
    const px = (k) => PAD.left + (k / count) * inner.w;
    const top = Math.max(10, (level ?? 0) * 2, ...values.flat());
    const tall = (share) => (share / top) * inner.h;
    const across = (y, name, dash) => {
      pen.strokeStyle = color(name);
      line(pen, [PAD.left, y], [width - PAD.right, y], dash);
    };
    pen.fillStyle = color("--body-text-color-subdued");
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    // without a space, for which there is no room
    pen.fillText(`${Math.round(top)}%`, PAD.left - 6, PAD.top + 4);
    pen.textBaseline = "alphabetic";
    pen.textAlign = "center";
    const marks = labels();
    const room = inner.w / marks.length - 4;
    for (const [at, text] of marks) pen.fillText(cut(pen, text, room), px(at), height - 4);
    across(base, "--border-color-primary");
    series.forEach((one, index) => {
      pen.fillStyle = color(one.color);
      values[index].forEach((share, k) => {
        pen.globalAlpha = (index ? 0.65 : 0.85) * (hover === null || hover === k ? 1 : 0.5);
        pen.fillRect(px(k) + 1, base - tall(share), inner.w / count - 2, tall(share));
      });
    });
    pen.globalAlpha = 1;
    if (level !== null) across(base - tall(level), "--tr-real", [4, 4]);
    const shown = values.map((shares) => (hover === null ? "" : percent(shares[hover], say)));
    setLegend(hover === null ? "" : bin(hover), shown);
  }

  function onPoint(share) {
    const count = values[0].length;
    const pointed = share !== null && count;
    hover = pointed ? Math.max(0, Math.min(count - 1, Math.floor(share * count))) : null;
  }

  /** Set percentages, an array per series; `description` is for screen readers. */
  return function setValues(next, description) {
    values = next;
    if (hover !== null && hover >= values[0].length) hover = null;
    canvas.setAttribute("aria-label", labelled(title, description, say));
    draw();
  };
}

// Shorten a text to `room` px.
function cut(pen, text, room) {
  if (pen.measureText(text).width <= room) return text;
  let length = text.length - 1;
  while (length > 1 && pen.measureText(`${text.slice(0, length)}\u2026`).width > room) length -= 1;
  return `${text.slice(0, length)}\u2026`;
}
