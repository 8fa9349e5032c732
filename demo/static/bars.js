// A small chart of bars on a canvas, one bar a bin; several series stand behind each other.
// Hovering a bin reads its values into the legend.

const PAD = { left: 36, right: 8, top: 8, bottom: 20 };
const FONT = "11px system-ui, sans-serif";

// series: [{name, color}]; labels: [[bin's edge or middle, text]] along the axis;
// level: a share to compare with; bin(k): the words for a bin. Shares are percent.
export function bars(figure, { title, series, labels, level = null, bin }) {
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

  let values = series.map(() => []);
  let hover = null;

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

    const count = values[0].length;
    const inner = { w: width - PAD.left - PAD.right, h: height - PAD.top - PAD.bottom };
    const base = PAD.top + inner.h;
    const px = (k) => PAD.left + (k / count) * inner.w;
    const top = Math.max(10, (level ?? 0) * 2, ...values.flat());
    const tall = (share) => (share / top) * inner.h;
    const across = (y, dash, name) => {
      pen.strokeStyle = color(name);
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(PAD.left, Math.round(y) + 0.5);
      pen.lineTo(width - PAD.right, Math.round(y) + 0.5);
      pen.stroke();
      pen.setLineDash([]);
    };
    pen.fillStyle = color("--body-text-color-subdued");
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    pen.fillText(`${Math.round(top)}%`, PAD.left - 6, PAD.top + 4);
    pen.textBaseline = "alphabetic";
    pen.textAlign = "center";
    for (const [at, text] of labels) pen.fillText(text, px(at), height - 4);
    across(base, [], "--border-color-primary");
    series.forEach((one, index) => {
      pen.fillStyle = color(one.color);
      values[index].forEach((share, k) => {
        pen.globalAlpha = (index ? 0.65 : 0.85) * (hover === null || hover === k ? 1 : 0.5);
        pen.fillRect(px(k) + 1, base - tall(share), inner.w / count - 2, tall(share));
      });
    });
    pen.globalAlpha = 1;
    if (level !== null) across(base - tall(level), [4, 4], "--tr-real");

    legend.children[1].textContent = hover === null ? "" : bin(hover);
    outputs.forEach((output, index) => {
      output.textContent = hover === null ? "" : `${values[index][hover]}%`;
    });
  }

  canvas.addEventListener("pointermove", (event) => {
    const count = values[0].length;
    if (!count) return;
    const share = (event.offsetX - PAD.left) / (canvas.clientWidth - PAD.left - PAD.right);
    hover = Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    draw();
  });
  canvas.addEventListener("pointerleave", () => {
    hover = null;
    draw();
  });
  new ResizeObserver(draw).observe(canvas);

  /** New percentages, an array for each series; `told` is what a screen reader says. */
  return function setValues(next, told) {
    values = next;
    if (hover !== null && hover >= values[0].length) hover = null;
    canvas.setAttribute("aria-label", `${title}: ${told}`);
    draw();
  };
}
