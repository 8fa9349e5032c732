// The sheet of samples at a whole multiple of its pixels, with D's output for each
// sample as a line below it. Hovering a sample or selecting it by arrow keys shows the value.
// Of a model of clips, the rows are moments of ten clips, and can play: each row shows the next moment.

import { make } from "../../core/dom.js";
import { largest, roomIn, show } from "../../core/pixel_scale.js";

const [COLUMNS, ROWS] = [10, 6];
const SIDE = 28; // of most samples, px
const TALLEST = 0.66; // of the window
const THICK = 1 / 28; // thickness of the line, relative to a sample's side
const [GROUND, TRACK, FAKE, REAL] = ["#030304", "#3a3a40", "#ff9d57", "#6ea8ff"];
const MOMENT_MS = 200; // each moment of a clip that plays
const MOVES = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

/**
 * {paint(image, beliefs)}: an image of ROWS x COLUMNS samples; beliefs are 0..1, or null. `clips` is
 * hidden if the rows are not moments; the button `moving` in it plays them.
 */
export function filmSheet({ plate, canvas, clips, moving, say }) {
  const pen = canvas.getContext("2d");
  const tip = make("div", { className: "tr-tip", hidden: true, role: "status" });
  canvas.after(tip);
  canvas.tabIndex = 0;
  let shown = null;
  let beliefs = null;
  let at = null; // the selected sample
  let [moment, ticking] = [0, 0]; // how many moments the clips have gone on; a timer, 0 at rest

  function fit() {
    const inside = roomIn(plate);
    if (!canvas.width || inside <= 0) return;
    const room = Math.min(inside / canvas.width, (innerHeight * TALLEST) / canvas.height);
    show(canvas, 1, largest(room));
  }

  function paint(image, believed) {
    [shown, beliefs] = [image, believed];
    draw(image);
  }

  // The row of the sheet to show in a row: clips play to their end and back.
  function source(row) {
    const turn = 2 * (ROWS - 1);
    const later = (row + moment) % turn;
    return Math.min(later, turn - later);
  }

  const beliefAt = (index) =>
    beliefs[source(Math.floor(index / COLUMNS)) * COLUMNS + (index % COLUMNS)];

  function draw(image) {
    const [w, h] = [image.naturalWidth / COLUMNS, image.naturalHeight / ROWS];
    const thick = Math.max(1, Math.round(h * THICK));
    const size = [image.naturalWidth, image.naturalHeight + ROWS * thick];
    if (canvas.width !== size[0] || canvas.height !== size[1]) {
      [canvas.width, canvas.height] = size;
      fit();
    }
    pen.fillStyle = GROUND;
    pen.fillRect(0, 0, ...size);
    for (let row = 0; row < ROWS; row += 1) {
      pen.drawImage(image, 0, source(row) * h, size[0], h, 0, row * (h + thick), size[0], h);
    }
    (beliefs ?? []).forEach((_, index) => {
      const belief = beliefAt(index);
      const [x, y] = [(index % COLUMNS) * w + 1, (Math.floor(index / COLUMNS) + 1) * (h + thick)];
      pen.fillStyle = TRACK;
      pen.fillRect(x, y - thick, w - 2, thick);
      pen.fillStyle = belief < 0.5 ? FAKE : REAL;
      pen.fillRect(x, y - thick, Math.round(belief * (w - 2)), thick);
    });
    plate.dataset.empty = "no";
    showBelief();
  }

  function showBelief() {
    tip.hidden = at === null || !beliefs;
    if (tip.hidden) return;
    tip.textContent = say("watch.opinion", { share: Math.round(beliefAt(at) * 100) });
    const [column, row] = [at % COLUMNS, Math.floor(at / COLUMNS)];
    const [x, y] = [canvas.offsetLeft, canvas.offsetTop];
    const [w, h] = [canvas.clientWidth / COLUMNS, canvas.clientHeight / ROWS];
    const across =
      column < COLUMNS / 2
        ? { left: `${x + column * w}px` }
        : { right: `${x + (COLUMNS - 1 - column) * w}px` };
    // below the sample, and above it where nothing is below
    const top = row < ROWS - 1 ? y + (row + 1) * h : y + row * h - tip.offsetHeight;
    tip.style.cssText = "";
    Object.assign(tip.style, { ...across, top: `${top}px` });
  }

  function point(event) {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * COLUMNS);
    const row = Math.floor(((event.clientY - box.top) / box.height) * ROWS);
    const inside = column >= 0 && column < COLUMNS && row >= 0 && row < ROWS;
    at = inside ? row * COLUMNS + column : null;
    showBelief();
  }
  for (const name of ["pointermove", "pointerdown"]) canvas.addEventListener(name, point);
  function leave() {
    at = null;
    showBelief();
  }
  for (const name of ["pointerleave", "blur"]) canvas.addEventListener(name, leave);
  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const next = at === null ? 0 : at + move;
    if (next >= 0 && next < ROWS * COLUMNS) at = next;
    showBelief();
  });
  function toggle() {
    clearInterval(ticking);
    ticking = ticking ? 0 : setInterval(tick, MOMENT_MS);
    moment = 0;
    moving.textContent = say(ticking ? "watch.clips_pause" : "watch.clips_play");
    if (shown) draw(shown);
  }
  function tick() {
    if (clips.hidden) return toggle(); // another run is shown
    if (!shown || !plate.checkVisibility()) return;
    moment += 1;
    draw(shown);
  }
  moving.addEventListener("click", toggle);
  moving.textContent = say("watch.clips_play");
  // most sheets have this size: the room for it is there before the first one comes
  [canvas.width, canvas.height] = [COLUMNS * SIDE, ROWS * (SIDE + 1)];
  fit();
  new ResizeObserver(fit).observe(plate);
  return { paint };
}
