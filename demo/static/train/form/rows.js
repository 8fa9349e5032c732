// A row of the form: a choice, a switch, a number, or a number with a slider.

import { make } from "../../core/dom.js";
import { STOPS, fits, nearestStop } from "./rules.js";

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
  const set = (value) => (select.value = String(value));
  return framed(name, select, [select], set, say);
}

function toggle(name, _row, { say, done }) {
  const box = make("input", { type: "checkbox", name });
  box.addEventListener("change", () => done(box.checked));
  return framed(name, box, [box], (value) => (box.checked = value), say);
}

function typed(name, row, options) {
  const box = numberBox(name, row);
  const made = framed(name, box, [box], (value) => (box.value = String(value)), options.say);
  listen(box, made, name, row, options);
  return made;
}

function slid(name, row, options) {
  const box = numberBox(name, row);
  const stops = STOPS[name].filter((stop) => stop >= row.low && stop <= row.high);
  const bar = make("input", { type: "range", className: "ls-range", min: 0, step: 1 });
  bar.max = stops.length - 1;
  bar.ariaLabel = options.say(`train.${name}`);
  const pair = make("div", { className: "tf-slid" }, bar, box);
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
  listen(box, made, name, row, options);
  return made;
}

function listen(box, made, name, row, { say, done }) {
  box.addEventListener("change", () => {
    const value = box.value.trim() === "" ? NaN : Number(box.value);
    const good = fits(row, value);
    made.complain(
      good ? "" : say("train.outside", { name: say(`train.${name}`), range: range(row, say) }),
    );
    if (good) done(value);
  });
  box.title = range(row, say);
}

function numberBox(name, row) {
  const box = make("input", { type: "number", name, step: row.whole ? "1" : "any" });
  box.inputMode = row.whole ? "numeric" : "decimal";
  return Object.assign(box, { min: row.low, max: row.high });
}

/** Describe the range of a number. */
export function range(row, say) {
  const values = {
    low: row.low.toLocaleString(undefined, { maximumFractionDigits: 6 }),
    high: row.high.toLocaleString(undefined, { maximumFractionDigits: 6 }),
    least: row.zero_or,
  };
  const kind = row.zero_or ? "zero_or" : row.whole ? "whole" : "any";
  return say(`train.range_${kind}`, values);
}

function framed(name, control, inputs, set, say) {
  const label = make("span", {
    textContent: say(`train.${name}`),
    title: say(`train.hint.${name}`),
  });
  const wrong = make("p", { className: "ls-error tf-wrong", id: `tf-wrong-${name}` });
  const element = make("label", { className: `ls-field tf-row tf-${name}` }, label, control, wrong);
  const complain = (sentence) => {
    wrong.textContent = sentence;
    for (const one of inputs) {
      one.ariaInvalid = sentence ? "true" : "false";
      if (sentence) one.setAttribute("aria-describedby", wrong.id);
      else one.removeAttribute("aria-describedby");
    }
  };
  const allow = (yes, why = "") => {
    for (const one of inputs) one.disabled = !yes;
    element.title = why;
  };
  const shown = (value) => {
    set(value);
    complain("");
  };
  return { element, set: shown, allow, complain, isWrong: () => wrong.textContent !== "" };
}
