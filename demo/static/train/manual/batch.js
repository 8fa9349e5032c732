// The fixed batch: real and fake images, D's output for each before and after, and both losses.

import { decodePicture } from "../../core/base64.js";
import { named } from "../../core/class_names.js";
import { html, make, number } from "../../core/dom.js";
import { show, shownAt } from "../../core/pixel_scale.js";

const SHOWN = 8;
const IMAGE_PX = 56; // about
const ROWS = ["real", "fake"];

/** Create {rows, losses, setGame(game), show(seen), faces()}: two elements to place and their updates. */
export function batch({ say, words }) {
  const cells = Object.fromEntries(ROWS.map((row) => [row, Array.from({ length: SHOWN }, cell)]));
  const rows = make("div", { className: "hd-batch" });
  for (const row of ROWS) {
    const { element, strip } = html`
      <div data-row="${row}"><h2 class="ls-heading">${say(`manual.row_${row}`)}</h2>
        <div class="hd-strip" ref="strip"></div></div>`;
    strip.append(...cells[row].map((one) => one.element));
    rows.append(element);
  }
  const { element: note, undisturbed } = html`
    <p class="ls-note">${say("manual.batch_note")}
      <span ref="undisturbed">${say("manual.undisturbed")}</span></p>`;
  rows.append(note);
  const [d, g] = [loss("D", say), loss("G", say)];
  const losses = make("div", { className: "hd-losses" }, d.element, g.element);
  let names = [];

  function setGame(game) {
    undisturbed.hidden = !game.augmented;
    names = named(game, words);
  }

  async function showStep(seen) {
    d.show(seen.loss_d, seen.who);
    g.show(seen.loss_g, seen.who);
    await Promise.all(ROWS.map((row) => showRow(row, seen)));
  }

  async function showRow(row, seen) {
    const sheet = await decodePicture(seen[row]);
    const side = sheet.height;
    const [before, after] = seen[`d_${row}`];
    cells[row].forEach((one, k) => {
      one.element.hidden = k >= after.length;
      one.paint(sheet, k * side, side);
      const moved = before[k] !== after[k];
      const values = { ...percents(before[k], after[k]), name: names[seen.classes[k]] ?? "" };
      one.text.textContent = moved ? `${values.before} → ${values.after}` : values.after;
      one.bar.dataset.moved = moved ? "yes" : "no";
      one.bar.style.setProperty("--after", `${after[k] ?? 0}%`);
      one.bar.style.setProperty("--before", `${before[k] ?? 0}%`);
      one.canvas.setAttribute("aria-label", say(`manual.cell_${row}`, values));
    });
  }

  const faces = () =>
    Object.fromEntries(ROWS.map((row) => [row, cells[row][0].canvas.toDataURL()]));
  return { rows, losses, setGame, show: showStep, faces };
}

// Whole percent, with one decimal where the change would not show.
function percents(before, after) {
  const near = Math.round(before) === Math.round(after) && before !== after;
  const text = (value) => value?.toFixed(near ? 1 : 0) ?? "?";
  return { before: text(before), after: text(after) };
}

function cell() {
  const parts = html`
    <div class="hd-cell">
      <canvas class="ls-pixels" role="img" ref="canvas"></canvas>
      <span class="hd-bar" ref="bar"></span>
      <output ref="text"></output>
    </div>`;
  const { canvas } = parts;
  const paint = (sheet, x, side) => {
    canvas.width = canvas.height = side;
    show(canvas, side, shownAt(side, IMAGE_PX));
    canvas.getContext("2d").drawImage(sheet, x, 0, side, side, 0, 0, side, side);
  };
  return { ...parts, paint };
}

function loss(who, say) {
  const { element, values, arrow, change } = html`
    <p class="hd-loss" data-who="${who}">
      <span>${say(`manual.loss_${who.toLowerCase()}`)}</span>
      <b ref="values"></b>
      <span class="hd-arrow" aria-hidden="true" ref="arrow"></span>
      <span class="hd-change" ref="change"></span>
    </p>`;
  const digits = (value) => (value === null ? "?" : number(value, 3));
  function showLoss([before, after], mover) {
    const same = !mover || before === after || before === null;
    const way = same ? "same" : after < before ? "fell" : "rose";
    values.textContent = mover ? `${digits(before)} → ${digits(after)}` : digits(after);
    arrow.textContent = { fell: "↓", rose: "↑", same: "" }[way];
    change.textContent = mover ? say(`manual.${way}`, { who }) : "";
  }
  return { element, show: showLoss };
}
