// The fixed batch: real and fake images, D's output for each before and after, and both losses.

import { decodePicture } from "../../core/base64.js";
import { named } from "../../core/class_names.js";
import { make, number } from "../../core/dom.js";
import { show, shownAt } from "../../core/pixel_scale.js";

const SHOWN = 8;
const FACE_PX = 56; // about
const ROWS = ["real", "fake"];
const LOSSES = ["d", "g"];

/** Create {rows, losses, setGame(game), show(seen), faces()}: two elements to place and their updates. */
export function batch({ say, words }) {
  const cells = Object.fromEntries(ROWS.map((row) => [row, Array.from({ length: SHOWN }, cell)]));
  const rows = make("div", { className: "hd-batch" });
  for (const row of ROWS) {
    const title = make("h4", { className: "hd-row", textContent: say(`manual.row_${row}`) });
    title.dataset.row = row;
    const strip = make("div", { className: "hd-strip" }, ...cells[row].map((one) => one.element));
    strip.dataset.row = row;
    rows.append(title, strip);
  }
  const undisturbed = make("span", { textContent: ` ${say("manual.undisturbed")}` });
  rows.append(make("p", { className: "ls-note" }, say("manual.batch_note"), undisturbed));
  const values = Object.fromEntries(LOSSES.map((who) => [who, loss(who, say)]));
  const losses = make(
    "div",
    { className: "hd-losses" },
    ...LOSSES.map((who) => values[who].element),
  );

  let names = [];

  function setGame(game) {
    undisturbed.hidden = !game.augmented;
    names = named(game, words);
  }

  async function showMove(seen) {
    for (const who of LOSSES) values[who].show(seen[`loss_${who}`], seen.who);
    await Promise.all(ROWS.map((row) => showRow(row, seen)));
  }

  async function showRow(row, seen) {
    const sheet = await decodePicture(seen[row]);
    const side = sheet.height;
    const [before, after] = seen[`d_${row}`];
    cells[row].forEach((one, k) => {
      one.element.hidden = k >= after.length;
      one.paint(sheet, k * side, side);
      const values = { ...percents(before[k], after[k]), name: names[seen.classes[k]] ?? "" };
      one.text.textContent =
        before[k] === after[k] ? values.after : `${values.before} → ${values.after}`;
      one.bar.dataset.moved = before[k] === after[k] ? "no" : "yes";
      one.bar.style.setProperty("--after", `${after[k] ?? 0}%`);
      one.bar.style.setProperty("--before", `${before[k] ?? 0}%`);
      one.canvas.setAttribute("aria-label", say(`manual.cell_${row}`, values));
    });
  }

  const faces = () =>
    Object.fromEntries(ROWS.map((row) => [row, cells[row][0].canvas.toDataURL()]));
  return { rows, losses, setGame, show: showMove, faces };
}

// Whole percent, with one decimal where the change would not show.
function percents(before, after) {
  const near = Math.round(before) === Math.round(after) && before !== after;
  const text = (value) =>
    value === null || value === undefined ? "?" : value.toFixed(near ? 1 : 0);
  return { before: text(before), after: text(after) };
}

function cell() {
  const canvas = make("canvas", { className: "ls-pixels" });
  canvas.setAttribute("role", "img");
  const bar = make("span", { className: "hd-bar" });
  const text = make("output", {});
  const element = make("div", { className: "hd-cell" }, canvas, bar, text);
  const paint = (sheet, x, side) => {
    canvas.width = canvas.height = side;
    show(canvas, side, shownAt(side, FACE_PX));
    canvas.getContext("2d").drawImage(sheet, x, 0, side, side, 0, 0, side, side);
  };
  return { element, canvas, bar, text, paint };
}

function loss(who, say) {
  const values = make("b", {});
  const arrow = make("span", { className: "hd-arrow", ariaHidden: "true" });
  const change = make("span", { className: "hd-told" });
  const name = make("span", { textContent: say(`manual.loss_${who}`) });
  const element = make("p", { className: "hd-loss" }, name, values, arrow, change);
  element.dataset.who = who.toUpperCase();
  const digits = (value) => (value === null ? "?" : number(value, 3));
  function show([before, after], mover) {
    const way =
      !mover || before === after || before === null ? "same" : after < before ? "fell" : "rose";
    values.textContent = mover ? `${digits(before)} → ${digits(after)}` : digits(after);
    arrow.textContent = { fell: "↓", rose: "↑", same: "" }[way];
    change.textContent = mover ? say(`manual.${way}`, { who: who.toUpperCase() }) : "";
  }
  return { element, show };
}
