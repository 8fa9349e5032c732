// A row of the form: a choice, a switch, a number, or a number with a slider.

import { html, make } from "../../core/dom.js";
import { help } from "../../core/help.js";
import { STOPS, fits, nearestStop } from "./rules.js";
import { formatNumber } from "../../core/format.js";

/**
 * Create {element, set(value), allow(yes)}; `done(value)` is called with a valid new value
 * on release or Enter, not while dragging or typing. Errors are shown below.
 */
export function formRow(name, row, { say, done }) {
  const made = { choice, switch: toggle, number: name in STOPS ? slid : typed }[row.kind];
  return made(name, row, { say, done });
}

function choice(name, row, { say, done }) {
  const options = row.choices.map((value) =>
    make("option", { value: String(value), textContent: say(`train.value.${value}`) }),
  );
  const select = make("select", { name }, ...options);
  select.addEventListener("change", () =>
    done(row.choices.find((value) => String(value) === select.value)),
  );
  return framed(name, select, [select], (value) => (select.value = String(value)), say);
}

function toggle(name, _row, { say, done }) {
  const box = make("input", { type: "checkbox", name });
  box.addEventListener("change", () => done(box.checked));
  return framed(name, box, [box], (value) => (box.checked = value), say);
}

function typed(name, row, options) {
  const box = numberBox(name, row);
  const set = (value) => (box.value = String(value));
  const made = framed(name, box, [box], set, options.say, limits(name, row, options.say));
  return listen(box, made, name, row, options);
}

function slid(name, row, options) {
  const box = numberBox(name, row);
  const stops = STOPS[name].filter((stop) => stop >= row.low && stop <= row.high);
  const { element: pair, bar } = html`
    <div class="tf-slid">
      <input type="range" class="ls-range" min="0" max="${stops.length - 1}" step="1"
        aria-label="${options.say(`train.${name}`)}" ref="bar">
      ${box}
    </div>`;
  const set = (value) => {
    box.value = String(value);
    bar.value = nearestStop(name, value);
    bar.ariaValueText = String(value);
  };
  const made = framed(name, pair, [bar, box], set, options.say, limits(name, row, options.say));
  const moved = () => set(stops[bar.valueAsNumber]);
  bar.addEventListener("input", moved);
  bar.addEventListener("change", () => {
    moved();
    made.complain("");
    options.done(Number(box.value));
  });
  return listen(box, made, name, row, options);
}

function listen(box, made, name, row, { say, done }) {
  box.addEventListener("change", () => {
    const value = box.value.trim() === "" ? NaN : Number(box.value);
    made.complain(fits(row, value) ? "" : limits(name, row, say));
    if (fits(row, value)) done(value);
  });
  return made;
}

function numberBox(name, row) {
  const kind = { step: row.whole ? "1" : "any", inputMode: row.whole ? "numeric" : "decimal" };
  return make("input", { type: "number", name, ...kind, min: row.low, max: row.high });
}

// Describe the range of a number.
function limits(name, row, say) {
  const text = (value) => formatNumber(value, { maximumFractionDigits: 6 });
  const values = { low: text(row.low), high: text(row.high), least: row.zero_or };
  const kind = row.zero_or ? "zero_or" : row.whole ? "whole" : "any";
  const inside = say(`train.range_${kind}`, values);
  return say("train.outside", { name: say(`train.${name}`), range: inside });
}

function framed(name, control, inputs, set, say, about = "") {
  const label = say(`train.${name}`);
  const { element, wrong } = html`
    <div class="ls-helped tf-helped tf-${name}">
      <label class="ls-field tf-row">
        <span>${label}</span>
        ${control}
        <p class="ls-error tf-wrong" id="tf-wrong-${name}" ref="wrong"></p>
      </label>
      ${help(label, `${say(`train.hint.${name}`)} ${about}`)}
    </div>`;
  for (const one of inputs) one.setAttribute("aria-describedby", wrong.id);
  const complain = (sentence) => {
    wrong.textContent = sentence;
    for (const one of inputs) one.ariaInvalid = String(sentence !== "");
  };
  const allow = (yes) => {
    for (const one of inputs) one.disabled = !yes;
  };
  const shown = (value) => {
    set(value);
    complain("");
  };
  return { element, set: shown, allow, complain };
}
