// A button beside the model menu that opens a model of the Hugging Face Hub by name.

import { sleep } from "../core/debounce.js";
import { fill, html } from "../core/dom.js";
import { onAsk } from "../core/hub_request.js";

const LOOK_MS = 300; // between progress checks
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

export function mount({ element, props, trigger, server, words }) {
  const w = (key) => words[`hub.${key}`];
  let busy = false;
  let then = null; // runs once the model has been downloaded

  const { element: toggle } = html`
    <button class="ls-btn hb-toggle" title="${w("hint")}" aria-expanded="false">
      ${w("button")}</button>`;
  const parts = html`
    <form class="hb-sheet" hidden>
      <p ref="why" hidden></p>
      <label for="hb-name">${w("title")}</label>
      <div class="hb-row">
        <input type="text" class="ls-input" id="hb-name" placeholder="${w("placeholder")}"
          maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false" ref="field">
        <button class="ls-btn ls-primary" ref="go">${w("go")}</button>
        <button type="button" class="ls-btn" hidden ref="halt">${w("cancel")}</button>
      </div>
      <progress aria-label="${w("bar")}" hidden ref="bar"></progress>
      <p class="ls-note" role="status" ref="note">${w("note")}</p>
      <p class="ls-error" role="alert" ref="error"></p>
    </form>`;
  const { element: sheet, why, field, go, halt, bar, note, error } = parts;
  element.append(toggle, sheet);

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
    const share = Math.floor((100 * done) / total);
    toggle.textContent += total ? ` ${fill(words["app.percent"], { share })}` : " \u2026";
    const key = !total ? "looking" : done < total ? "coming" : "checking";
    note.textContent = fill(w(key), { done: megabytes(done), total: megabytes(total) });
  }

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
      await sleep(LOOK_MS);
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
  onAsk((request) => {
    then = request.then;
    error.textContent = "";
    why.textContent = fill(w("asked"), { name: request.name });
    why.hidden = false;
    if (!busy) field.value = request.name;
    open(true);
    if (!busy) go.focus();
  });
}
