// The samples of one run, as wide as fits at a whole multiple of their pixels.

import { largest, roomIn, show } from "../../core/pixel_scale.js";

const COLUMNS = 10; // of the sheet that comes from the server
const NARROW = 5; // columns where ten would be too small
const LEAST = 1.5; // times, in CSS pixels

/**
 * Paint into `canvas`, sized by its parent; show(image) takes a sheet or null. labelled():
 * whether the columns are classes, so that rows must not be rewrapped.
 */
export function grid(canvas, labelled) {
  const plate = canvas.parentElement;
  let sheet = null;

  function paint() {
    const inside = roomIn(plate);
    if (!sheet || inside <= 0) return;
    const side = sheet.naturalWidth / COLUMNS;
    const rows = sheet.naturalHeight / side;
    const fits = (count) => largest(inside / (count * side));
    const times = fits(fits(COLUMNS) >= LEAST ? COLUMNS : NARROW);
    const most = Math.min(COLUMNS, Math.floor(inside / (side * times)));
    const columns = labelled() && most < COLUMNS ? NARROW : Math.max(1, most);
    // with fewer columns only the first samples are shown: the height stays
    canvas.width = columns * side;
    canvas.height = rows * side;
    show(canvas, 1, times);
    const pen = canvas.getContext("2d");
    for (let at = 0; at < columns * rows; at += 1) {
      const [x, y] = [at % COLUMNS, Math.floor(at / COLUMNS)];
      const [left, top] = [at % columns, Math.floor(at / columns)];
      pen.drawImage(sheet, x * side, y * side, side, side, left * side, top * side, side, side);
    }
  }

  new ResizeObserver(paint).observe(plate);
  return {
    show(image) {
      sheet = image;
      plate.dataset.empty = image ? "no" : "yes";
      paint();
    },
  };
}
