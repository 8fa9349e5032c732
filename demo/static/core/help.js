// Help: a "?" that shows a text when it is pressed; a tooltip is out of reach for a finger.

import { div, make } from "./dom.js";

const [GAP_PX, EDGE_PX] = [4, 8]; // between the button and its text, and to the edge of the page

/**
 * Create a "?" about `name`. The browser closes the text at Escape and at a
 * press elsewhere; meanwhile it has the focus, so that screen readers read it.
 */
export function help(name, text) {
  const shown = make("p", { className: "ls-help-text", role: "note", ariaLabel: text });
  Object.assign(shown, { popover: "auto", tabIndex: -1, autofocus: true, textContent: text });
  const button = make("button", { type: "button", className: "ls-help", ariaLabel: `${name} ?` });
  button.popoverTargetElement = shown;
  shown.addEventListener("toggle", (event) => event.newState === "open" && place(shown, button));
  return make("span", { className: "ls-help-of" }, button, shown);
}

/** Return an element, such as a heading or a label with its control, and a "?" about `name` behind it. */
export const helped = (element, name, text) => div("ls-helped", element, help(name, text));

// Below the button, or above it where there is no room; the text scrolls with the page.
function place(shown, button) {
  const at = button.getBoundingClientRect();
  const [width, height] = [shown.offsetWidth, shown.offsetHeight];
  const most = document.documentElement.clientWidth - width - EDGE_PX;
  const below = at.bottom + GAP_PX;
  const top = below + height > innerHeight ? Math.max(EDGE_PX, at.top - GAP_PX - height) : below;
  shown.style.left = `${scrollX + Math.max(EDGE_PX, Math.min(at.left, most))}px`;
  shown.style.top = `${scrollY + top}px`;
}
