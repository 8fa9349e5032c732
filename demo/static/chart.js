// A small line chart on a canvas: each curve raw and faint, and smoothed and bold on top.
// Rows are [x, y1, y2, ...]; a missing y is null. Hovering reads the values into the legend.

const version = new URL(import.meta.url).search; // siblings of the same version
const { fit, logTicks, smoothed, ticks } = await import("./scale.js" + version);

const PAD = { left: 36, right: 8, top: 8, bottom: 20 };
const FONT = "11px system-ui, sans-serif";

// curves: [{name, color}] where color is a CSS variable; range: [low, high], or null to fit, with
// `least` as the lowest top. Rare rows are shown as they are: `smooth: false`; `band`: the columns of
// their lower and upper bound. `level`: a value to compare with. `read(row)`: the legend's words.
export function chart(figure, options) {
  const { title, curves, text, range = null, log = false, least = 0, level = null } = options;
  const { band = null, smooth: steady = true, read = null, onHover = () => {} } = options;
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

  let end = 0; // of the axis

  // `until`: how far the axis goes at least, to stand below another chart.
  function setRows(next, until = 0) {
    rows = next;
    end = Math.max(until, rows.length ? rows.at(-1)[0] : 1);
    const plain = (column) => rows.map((row) => row[column]);
    smooth = curves.map((_, k) => (steady ? smoothed(rows, k + 1) : plain(k + 1)));
    if (hover !== null && hover >= rows.length) hover = null;
    draw();
  }

  const bounds = () =>
    range || fit(rows.flatMap((row) => row.slice(1, curves.length + 1)), { log, least });

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
    const last = end;
    const first = Math.min(0, rows.length ? rows[0][0] : 0);
    const inner = { w: width - PAD.left - PAD.right, h: height - PAD.top - PAD.bottom };
    const px = (x) => PAD.left + ((x - first) / (last - first || 1)) * inner.w;
    const along = (y) =>
      log ? Math.log(Math.max(y, low / 2) / low) / Math.log(high / low) : (y - low) / (high - low);
    const py = (y) => PAD.top + (1 - along(y)) * inner.h;

    pen.fillStyle = color("--body-text-color-subdued");
    pen.strokeStyle = color("--border-color-primary");
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const y of log ? logTicks(low, high) : ticks(low, high, 4)) {
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
    const dots = (column, fill) => {
      pen.fillStyle = fill;
      for (const row of rows.filter((one) => one[column] !== null)) {
        pen.beginPath();
        pen.arc(px(row[0]), py(row[column]), 2.5, 0, 7);
        pen.fill();
      }
    };
    pen.lineJoin = "round";
    if (band) {
      const known = rows.filter((row) => row[band[0]] !== null);
      pen.beginPath();
      known.forEach((row) => pen.lineTo(px(row[0]), py(row[band[0]])));
      known.reverse().forEach((row) => pen.lineTo(px(row[0]), py(row[band[1]])));
      pen.fillStyle = color(curves[0].color);
      pen.globalAlpha = 0.2;
      pen.fill();
    }
    if (level !== null) {
      pen.globalAlpha = 1;
      pen.strokeStyle = color("--tr-real");
      pen.lineWidth = 1;
      pen.setLineDash([4, 4]);
      pen.beginPath();
      pen.moveTo(PAD.left, py(level));
      pen.lineTo(width - PAD.right, py(level));
      pen.stroke();
      pen.setLineDash([]);
    }
    curves.forEach((curve, index) => {
      pen.strokeStyle = color(curve.color);
      if (steady) trace((row) => row[index + 1], 0.3, 1);
      trace((_, at) => smooth[index][at], 1, 2);
      if (!steady && rows.length < 50) dots(index + 1, color(curve.color));
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
      const said = () => (read ? read(rows[shown]) : y.toFixed(2));
      output.textContent = y === null || y === undefined ? "" : said();
    });
  }

  canvas.addEventListener("pointermove", (event) => {
    if (!rows.length) return;
    const share = (event.offsetX - PAD.left) / (canvas.clientWidth - PAD.left - PAD.right);
    const x = share * end;
    const after = rows.findIndex((row) => row[0] >= x);
    const right = after < 0 ? rows.length - 1 : after;
    const left = Math.max(0, right - 1);
    hover = x - rows[left][0] < rows[right][0] - x ? left : right;
    draw();
    onHover(rows[hover][0]);
  });
  canvas.addEventListener("pointerleave", () => {
    hover = null;
    draw();
    onHover(null);
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
