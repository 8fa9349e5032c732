// The brush of a colour sheet: a palette, a custom colour, and the width.

import { make, button } from "../core/dom.js";

const COLOURS = [
  "#ffffff",
  "#9ca3af",
  "#000000",
  "#7c4a21",
  "#d33b2f",
  "#f08a24",
  "#f5d13d",
  "#4caf50",
  "#2e9bd6",
  "#2446b8",
  "#8e44ad",
  "#f2b5a0",
];
const SIZES = { min: 4, max: 60, value: 22, step: 1 }; // px of the sheet

/** Create {element, show(yes)} for a sheet of canvas.js; say(key) returns a text. */
export function brush(sheet, say) {
  const swatches = COLOURS.map((colour) => {
    const made = make("button", { type: "button", className: "ls-swatch", title: colour });
    made.style.background = colour;
    made.setAttribute("aria-label", colour);
    made.addEventListener("click", () => choose(colour));
    return [colour, made];
  });
  const any = make("input", { type: "color", value: "#d33b2f", ariaLabel: say("any_colour") });
  any.title = say("any_colour");
  any.addEventListener("input", () => choose(any.value));
  const size = make("input", { type: "range", className: "ls-range", ...SIZES });
  size.setAttribute("aria-label", say("brush_size"));
  size.addEventListener("input", () => {
    sheet.pen.lineWidth = Number(size.value);
  });
  const fill = button(say("fill"));
  fill.addEventListener("click", () => sheet.flood());
  const element = make(
    "div",
    { className: "ls-brush", hidden: true },
    make("div", { className: "ls-swatches" }, ...swatches.map(([, made]) => made), any),
    make("div", { className: "ls-brush-row" }, size, fill),
  );

  function choose(colour) {
    sheet.pen.strokeStyle = colour;
    for (const [one, made] of swatches) made.setAttribute("aria-pressed", String(one === colour));
  }

  function show(yes) {
    element.hidden = !yes;
    sheet.pen.lineWidth = yes ? Number(size.value) : SIZES.value;
    choose("#ffffff");
  }
  return { element, show };
}
