// A button beside the model menu that opens a model of the Hugging Face Hub by name.

import { make, button, fill } from "../core/dom.js";
import { onAsk } from "../core/hub_request.js";

const LOOK_MS = 300; // between progress checks
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

export function mount({ element, props, trigger, server, words }) {
  const w = (key) => words[`hub.${key}`];
  let busy = false;
  let then = null; // runs once the model has been downloaded

  // --- parts ---------------------------------------------------------------------------------
  const toggle = button(w("button"), "hb-toggle");
  toggle.title = w("hint");
  toggle.setAttribute("aria-expanded", "false");
  const field = make("input", {
    type: "text",
    id: "hb-name",
    placeholder: w("placeholder"),
    autocomplete: "off",
    spellcheck: false,
    maxLength: 200,
  });
  field.setAttribute("autocapitalize", "none");
  const why = make("p", { className: "hb-why", hidden: true });
  const go = button(w("go"), "ls-primary");
  go.type = "submit";
  const halt = button(w("cancel"));
  halt.hidden = true;
  const bar = make("progress", { hidden: true });
  bar.setAttribute("aria-label", w("bar"));
  const note = make("p", { className: "ls-note hb-note", textContent: w("note") });
  note.setAttribute("role", "status");
  const error = make("p", { className: "ls-error hb-error" });
  error.setAttribute("role", "alert");
  const label = make("label", { htmlFor: "hb-name", textContent: w("title") });
  const sheet = make(
    "form",
    { className: "hb-sheet", hidden: true },
    why,
    label,
    make("div", { className: "hb-row" }, field, go, halt),
    bar,
    note,
    error,
  );
  element.append(toggle, sheet);

  // --- showing -------------------------------------------------------------------------------
  function open(shown) {
    sheet.hidden = !shown;
    toggle.setAttribute("aria-expanded", String(shown));
    if (shown) (busy ? halt : field).focus();
  }

  function close() {
    const inside = sheet.contains(document.activeElement);
    open(false);
    if (inside) toggle.focus();
    if (!busy) [then, why.hidden] = [null, true];
  }

  function show({ done = 0, total = 0 } = {}) {
    [go.hidden, halt.hidden, bar.hidden, field.readOnly] = [busy, !busy, !busy, busy];
    toggle.textContent = w("button");
    note.textContent = w("note");
    if (!busy) return;
    if (total) [bar.max, bar.value] = [total, done];
    else bar.removeAttribute("value");
    const share = total ? ` ${Math.floor((100 * done) / total)} %` : " \u2026";
    toggle.textContent += share;
    const sum = { done: megabytes(done), total: megabytes(total) };
    note.textContent = !total
      ? w("looking")
      : done < total
        ? fill(w("coming"), sum)
        : w("checking");
  }

  // --- work ----------------------------------------------------------------------------------
  async function fetchModel() {
    const name = field.value.trim();
    error.textContent = "";
    if (!name) return field.focus();
    busy = true;
    show();
    halt.focus();
    const answer = await arrive(name);
    busy = false;
    show();
    return answer.error ? failed(answer) : arrived(answer.model);
  }

  /** Download a model, polling the server. Resolves to {model}, or {error, values}. */
  async function arrive(name) {
    const begun = await server.fetch({ name }).catch(() => ({ error: "server" }));
    if (begun.error) return begun;
    for (let silent = 0; silent < 20; ) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      const state = await server.state({}).catch(() => null);
      if (state?.model || state?.error) return state;
      silent = state ? 0 : silent + 1;
      if (state) show(state);
    }
    return { error: "server" };
  }

  function failed({ error: kind, values = {} }) {
    const sentence = words[`hub.error_${kind}`] ?? w("error_failed");
    error.textContent = kind === "stopped" ? "" : fill(sentence, values);
    if (!sheet.hidden) field.focus();
    else if (error.textContent) open(true);
  }

  function arrived(model) {
    const next = then;
    [field.value, then, why.hidden] = ["", null, true];
    open(false);
    toggle.focus();
    if (next) return next();
    props.value = { wanted: model };
    return trigger("submit");
  }

  // --- wiring --------------------------------------------------------------------------------
  toggle.addEventListener("click", () => (sheet.hidden ? open(true) : close()));
  sheet.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!busy) fetchModel();
  });
  halt.addEventListener("click", () => server.stop({}).catch(() => {}));
  element.addEventListener("keydown", (event) => {
    event.stopPropagation(); // not the panels' shortcuts
    if (event.key === "Escape") close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!sheet.hidden && !element.contains(event.target)) close();
  });
  onAsk((asked) => {
    then = asked.then;
    error.textContent = "";
    why.textContent = fill(w("asked"), { name: asked.name });
    why.hidden = false;
    if (!busy) field.value = asked.name;
    open(true);
    if (!busy) go.focus();
  });
}
