// The common parts of the small charts: a legend above a canvas of the available width, and hovering.

export const PAD = { left: 36, right: 8, top: 8, bottom: 20 };
const FONT = "11px system-ui, sans-serif";

/**
 * A legend and a canvas in `figure`. series: [{name, color}], where color is a CSS variable.
 *
 * paint({pen, color, width, height, inner}) draws it all; color(name) is a variable's value and
 * `inner` {w, h} the room within PAD. onPoint(share) is where the pointer is along the axis, 0 to
 * 1 within it, or null when it has left; after it the chart is drawn again.
 *
 * Returns {canvas, draw, setLegend}: setLegend(where, values) fills the legend.
 */
export function plot(figure, { title, series, paint, onPoint }) {
  const legend = document.createElement("figcaption");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  legend.innerHTML = "<b></b><span class='tr-x'></span>";
  legend.firstChild.textContent = title;
  const outputs = series.map((one) => {
    const item = document.createElement("span");
    item.className = "tr-key";
    item.style.setProperty("--key", `var(${one.color})`);
    item.append(one.name + " ", document.createElement("output"));
    legend.append(item);
    return item.lastChild;
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
    legend.children[1].textContent = where;
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
