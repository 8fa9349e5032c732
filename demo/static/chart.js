// A small line chart on a canvas: each curve raw and faint, and smoothed and bold on top.
// Rows are [x, y1, y2, ...]; a missing y is null. Hovering reads the values into the legend.

const PAD = { left: 36, right: 8, top: 8, bottom: 20 };
const FONT = "11px system-ui, sans-serif";

// curves: [{name, color}] where color is a CSS variable; range: [low, high], or null to fit.
export function chart(figure, { title, curves, range = null, text }) {
  const legend = document.createElement("figcaption");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title}: ${curves.map((c) => c.name).join(", ")}`);
  legend.innerHTML = "<b></b><span class='tr-x'></span>";
  legend.firstChild.textContent = title;
  const values = curves.map((curve) => {
    const item = document.createElement("span");
    item.className = "tr-key";
    item.style.setProperty("--key", `var(${curve.color})`);
    item.append(curve.name + " ", document.createElement("output"));
    legend.append(item);
    return item.lastChild;
  });
  figure.replaceChildren(legend, canvas);

  let rows = [];
  let smooth = [];
  let mark = null; // the step whose picture is shown
  let hover = null; // index of the row under the pointer

  function setRows(next) {
    rows = next;
    smooth = curves.map((_, index) => smoothed(rows, index + 1));
    if (hover !== null && hover >= rows.length) hover = null;
    draw();
  }

  function bounds() {
    if (range) return range;
    const all = rows.flatMap((row) => row.slice(1)).filter((y) => y !== null);
    if (!all.length) return [0, 1];
    all.sort((a, b) => a - b);
    const at = (share) => all[Math.round(share * (all.length - 1))];
    const low = Math.min(0, at(0.01)); // one wild value must not flatten the rest
    return [low, Math.max(at(0.99) * 1.08, low + 0.1)];
  }

  function draw() {
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(figure);
    const color = (name) => style.getPropertyValue(name).trim();
    pen.scale(ratio, ratio);
    pen.font = FONT;

    const [low, high] = bounds();
    const last = rows.length ? rows[rows.length - 1][0] : 1;
    const first = Math.min(0, rows.length ? rows[0][0] : 0);
    const inner = { w: width - PAD.left - PAD.right, h: height - PAD.top - PAD.bottom };
    const px = (x) => PAD.left + ((x - first) / (last - first || 1)) * inner.w;
    const py = (y) => PAD.top + (1 - (y - low) / (high - low)) * inner.h;

    pen.fillStyle = color("--body-text-color-subdued");
    pen.strokeStyle = color("--border-color-primary");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const y of ticks(low, high, 4)) {
      const line = Math.round(py(y)) + 0.5;
      pen.beginPath();
      pen.moveTo(PAD.left, line);
      pen.lineTo(width - PAD.right, line);
      pen.stroke();
      pen.fillText(String(y), PAD.left - 6, line);
    }
    pen.textBaseline = "alphabetic";
    for (const x of rows.length ? ticks(first, last, Math.max(2, width / 110)) : []) {
      pen.textAlign = x === first ? "left" : px(x) > width - 30 ? "right" : "center";
      pen.fillText(x.toLocaleString(), px(x), height - 4);
    }

    pen.save();
    pen.beginPath();
    pen.rect(PAD.left, PAD.top - 2, inner.w + PAD.right, inner.h + 4);
    pen.clip();
    const trace = (ys, alpha, thick) => {
      pen.globalAlpha = alpha;
      pen.lineWidth = thick;
      pen.beginPath();
      let down = false;
      rows.forEach((row, index) => {
        const y = ys(row, index);
        if (y === null) down = false;
        else if (down) pen.lineTo(px(row[0]), py(y));
        else pen.moveTo(px(row[0]), py(y));
        if (y !== null) down = true;
      });
      pen.stroke();
    };
    pen.lineJoin = "round";
    curves.forEach((curve, index) => {
      pen.strokeStyle = color(curve.color);
      trace((row) => row[index + 1], 0.3, 1);
      trace((_, at) => smooth[index][at], 1, 2);
    });
    pen.globalAlpha = 1;
    const upright = (x, dash) => {
      pen.strokeStyle = color("--body-text-color-subdued");
      pen.lineWidth = 1;
      pen.setLineDash(dash);
      pen.beginPath();
      pen.moveTo(Math.round(px(x)) + 0.5, PAD.top);
      pen.lineTo(Math.round(px(x)) + 0.5, PAD.top + inner.h);
      pen.stroke();
    };
    if (mark !== null && rows.length && mark <= last) upright(mark, [3, 3]);
    if (hover !== null) upright(rows[hover][0], []);
    pen.restore();

    const shown = hover === null ? rows.length - 1 : hover;
    legend.children[1].textContent = hover === null ? "" : text(rows[hover][0]);
    values.forEach((output, index) => {
      const y = shown < 0 ? null : hover === null ? smooth[index][shown] : rows[shown][index + 1];
      output.textContent = y === null || y === undefined ? "" : y.toFixed(2);
    });
  }

  canvas.addEventListener("pointermove", (event) => {
    if (!rows.length) return;
    const share = (event.offsetX - PAD.left) / (canvas.clientWidth - PAD.left - PAD.right);
    const x = share * rows[rows.length - 1][0];
    const after = rows.findIndex((row) => row[0] >= x);
    const right = after < 0 ? rows.length - 1 : after;
    const left = Math.max(0, right - 1);
    hover = x - rows[left][0] < rows[right][0] - x ? left : right;
    draw();
  });
  canvas.addEventListener("pointerleave", () => {
    hover = null;
    draw();
  });
  new ResizeObserver(draw).observe(canvas);
  return {
    setRows,
    setMark(step) {
      if (step === mark) return;
      mark = step;
      draw();
    },
  };
}

// A running mean whose memory grows with the number of points, started at the first value.
function smoothed(rows, column) {
  const keep = 1 - 1 / Math.max(1, Math.min(20, rows.length / 12));
  let mean = null;
  let weight = 0;
  return rows.map((row) => {
    if (row[column] === null) return null;
    weight = weight * keep + 1;
    mean = mean === null ? row[column] : mean + (row[column] - mean) / weight;
    return mean;
  });
}

// Round numbers between low and high, about `wanted` of them.
export function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = power * ([1, 2, 2.5, 5].find((n) => n * power >= rough) || 10);
  const found = [];
  for (let n = Math.ceil(low / size); n * size <= high * (1 + 1e-9); n++) {
    found.push(Number((n * size).toPrecision(6)));
  }
  return found;
}
