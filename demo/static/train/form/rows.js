// A row of the form: a choice, a switch, a number, or a number with a slider.

import { html, make } from "../../core/dom.js";
import { STOPS, fits, nearestStop } from "./rules.js";
import { formatNumber } from "../../core/format.js";

/**
 * Create {element, set(value), allow(yes, why)}; `done(value)` is called with a valid new value
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
  const box = numberBox(name, row, options.say);
  const made = framed(name, box, [box], (value) => (box.value = String(value)), options.say);
  return listen(box, made, name, row, options);
}

function slid(name, row, options) {
  const box = numberBox(name, row, options.say);
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
  const made = framed(name, pair, [bar, box], set, options.say);
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
    const outside = { name: say(`train.${name}`), range: range(row, say) };
    made.complain(fits(row, value) ? "" : say("train.outside", outside));
    if (fits(row, value)) done(value);
  });
  return made;
}

function numberBox(name, row, say) {
  const kind = { step: row.whole ? "1" : "any", inputMode: row.whole ? "numeric" : "decimal" };
  const limits = { min: row.low, max: row.high, title: range(row, say) };
  return make("input", { type: "number", name, ...kind, ...limits });
}

// Describe the range of a number.
function range(row, say) {
  const text = (value) => formatNumber(value, { maximumFractionDigits: 6 });
  const values = { low: text(row.low), high: text(row.high), least: row.zero_or };
  return say(`train.range_${row.zero_or ? "zero_or" : row.whole ? "whole" : "any"}`, values);
}

function framed(name, control, inputs, set, say) {
  const { element, wrong } = html`
    <label class="ls-field tf-row tf-${name}">
      <span title="${say(`train.hint.${name}`)}">${say(`train.${name}`)}</span>
      ${control}
      <p class="ls-error tf-wrong" id="tf-wrong-${name}" ref="wrong"></p>
    </label>`;
  for (const one of inputs) one.setAttribute("aria-describedby", wrong.id);
  const complain = (sentence) => {
    wrong.textContent = sentence;
    for (const one of inputs) one.ariaInvalid = String(sentence !== "");
  };
  const allow = (yes, why = "") => {
    for (const one of inputs) one.disabled = !yes;
    element.title = why;
  };
  const shown = (value) => {
    set(value);
    complain("");
  };
  return { element, set: shown, allow, complain };
}
