// Icons for buttons, in the colour of their text.

import { svg } from "./dom.js";

const PATHS = {
  pin: "M6 2h4l-.5 4.5L12 9H8.7L8 14l-.7-5H4l2.5-2.5z",
  lock: "M4 7h8v6H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  dice: "M3 3h10v10H3zM6 6h.01M10 10h.01M8 8h.01M10 6h.01M6 10h.01",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  bin: "M3 5h10M6 5V3h4v2M4.5 5l.5 8h6l.5-8",
  undo: "M6 3L3 6l3 3M3 6h6a3.5 3.5 0 0 1 0 7H6",
  redo: "M10 3l3 3-3 3M13 6H7a3.5 3.5 0 0 0 0 7h3",
  play: "M5 3l8 5-8 5z",
  pause: "M5.5 3v10M10.5 3v10",
  pen: "M3 13l1-3 7-7 2 2-7 7z",
};

/** Create an icon by name, 16 px, hidden from screen readers. */
export function icon(name) {
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 1.5 };
  const ends = { "stroke-linecap": "round", "stroke-linejoin": "round" };
  const frame = { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" };
  return svg("svg", frame, svg("path", { d: PATHS[name], ...line, ...ends }));
}
