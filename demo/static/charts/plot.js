// The common parts of the small charts: a legend above a canvas of the available width, and hovering.

import { html, make } from "../core/dom.js";

export const PAD = { left: 36, right: 8, top: 8, bottom: 20 };
const FONT = "11px system-ui, sans-serif";

/**
 * Create a legend and a canvas in `figure`. series: [{name, color}], where color is a CSS variable.
 *
 * paint({pen, color, width, height, inner}) draws it all; color(name) is a variable's value and
 * `inner` {w, h} the room within PAD. onPoint(share) is where the pointer is along the axis, 0 to
 * 1 within it, or null when it has left; after it the chart is drawn again.
 *
 * Return {canvas, draw, setLegend}: setLegend(where, values) fills the legend.
 */
export function plot(figure, { title, series, paint, onPoint }) {
  const canvas = make("canvas", { role: "img" });
  const { element: legend, at } = html`
    <figcaption><b>${title}</b><span class="tr-x" ref="at"></span></figcaption>`;
  const outputs = series.map(({ name, color }) => {
    const { element, value } = html`
      <span class="tr-key" style="--key: var(${color})">${name}
        <output ref="value"></output></span>`;
    legend.append(element);
    return value;
  });
  figure.replaceChildren(legend, canvas);

  function draw() {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(figure);
    const color = (name) => style.getPropertyValue(name).trim();
    pen.scale(ratio, ratio);
    pen.font = FONT;
    const inner = { w: width - PAD.left - PAD.right, h: height - PAD.top - PAD.bottom };
    paint({ pen, color, width, height, inner });
  }

  function setLegend(where, values) {
    at.textContent = where;
    outputs.forEach((output, index) => {
      output.textContent = values[index];
    });
  }

  canvas.addEventListener("pointermove", (event) => {
    onPoint((event.offsetX - PAD.left) / (canvas.clientWidth - PAD.left - PAD.right));
    draw();
  });
  canvas.addEventListener("pointerleave", () => {
    onPoint(null);
    draw();
  });
  new ResizeObserver(draw).observe(canvas);
  return { canvas, draw, setLegend };
}

/** Draw a horizontal or vertical line from [x0, y0] to [x1, y1], on whole pixels: others are blurred. */
export function line(pen, [x0, y0], [x1, y1], dash = []) {
  const [right, down] = [x0 === x1 ? 0.5 : 0, y0 === y1 ? 0.5 : 0];
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(Math.round(x0) + right, Math.round(y0) + down);
  pen.lineTo(Math.round(x1) + right, Math.round(y1) + down);
  pen.stroke();
  pen.setLineDash([]);
}
