// A card title with in-place editing.

import { html, iconButton } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Create {element, pen, show(text)}: the row to place, and its button. `save(text)` gets the new text
 * and resolves to whether it was saved.
 */
export function editableTitle({ label, longest, save }) {
  const pen = iconButton(icon("pen"), label);
  const { element, title, field } = html`
    <div class="ls-card-head">
      <h2 class="ls-subtitle" ref="title"></h2>
      <input type="text" class="ls-input" maxlength="${longest}" aria-label="${label}" hidden
        ref="field">
      ${pen}
    </div>`;
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
  return { element, pen, title, show };
}
