// The brush of a colour sheet: a palette, a custom colour, and the width.

import { button, div, make, slider } from "../core/dom.js";

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
const SIZES = { min: 4, max: 60, value: 22 }; // px of the sheet; 22 is about as thick as MNIST's

/** Create {element, show(yes)} for a sheet of canvas.js; say(key) returns a text. */
export function brush(sheet, say) {
  const swatches = COLOURS.map((colour) => {
    const properties = { type: "button", title: colour, ariaLabel: colour };
    const made = make("button", { ...properties, onclick: () => choose(colour) });
    made.style.background = colour;
    return made;
  });
  const title = say("any_colour");
  const any = make("input", { type: "color", value: "#d33b2f", title, ariaLabel: title });
  any.addEventListener("input", () => choose(any.value));
  const size = slider({ ...SIZES, ariaLabel: say("brush_size") });
  size.addEventListener("input", () => {
    sheet.pen.lineWidth = Number(size.value);
  });
  const fill = button(say("fill"), "", () => sheet.flood());
  const element = div(
    "ls-column",
    div("ls-swatches", ...swatches, any),
    div("ls-brush-row", size, fill),
  );
  show(false);

  function choose(colour) {
    sheet.pen.strokeStyle = colour;
    for (const made of swatches) made.ariaPressed = String(made.title === colour);
  }

  function show(yes) {
    element.hidden = !yes;
    sheet.pen.lineWidth = yes ? Number(size.value) : SIZES.value;
    choose("#ffffff");
  }
  return { element, show };
}
