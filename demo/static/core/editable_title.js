// A card title with in-place editing.

import { iconButton, make } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Create {title, pen, field, show(text)}: three elements to place. `save(text)` gets the new text and
 * resolves to whether it was saved.
 */
export function editableTitle({ className, label, longest, save }) {
  const title = make("h3", { className });
  const pen = iconButton(icon("pen"), label);
  const field = make("input", { type: "text", maxLength: longest, hidden: true });
  field.setAttribute("aria-label", label);
  let now = "";

  function edit(on) {
    field.hidden = !on;
    title.hidden = pen.hidden = on;
    if (!on) return pen.focus({ preventScroll: true });
    field.value = now;
    field.select();
    field.focus();
  }

  async function done() {
    if (field.hidden) return;
    const wanted = field.value.trim();
    edit(false);
    if (wanted === now) return;
    title.textContent = wanted || now;
    if (!(await save(wanted))) title.textContent = now;
  }

  pen.addEventListener("click", () => edit(true));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // or Enter would press the button that gets the focus
    if (event.key === "Enter") done();
    else edit(false);
  });
  field.addEventListener("blur", done);
  const show = (text) => {
    now = title.textContent = text;
  };
  return { title, pen, field, show };
}
