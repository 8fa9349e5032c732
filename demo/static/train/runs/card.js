// The card of a run, whose element stays the same when it is updated.

import { html } from "../../core/dom.js";
import { editableTitle } from "../../core/editable_title.js";
import { cost, figures, origin, stateText, verdict } from "./words.js";
import { formatNumber } from "../../core/format.js";

const ROWS = 6; // of a contact sheet; see gan/runs/snapshots.py
const COLUMNS = 10;
const LARGE_PX = 32; // larger images are scaled down

/** What the address of a file of a run ends with, if it is hidden from other visitors. */
const key = (card, mark) => (card.key ? `${mark}key=${card.key}` : "");

/**
 * actions: play, watch, resume, remove (each of a name), select(name, on) and rename(name, title),
 * which resolves to whether it was done. Return {element, show(card, going, selected)}, where going
 * is {state, step} of a run in progress, here or elsewhere, or null.
 */
export function runCard({ name, root, say, words, actions, longest }) {
  const address = `${root}/${encodeURIComponent(name)}`;
  const head = editableTitle({
    label: say("runs.rename"),
    longest,
    save: (wanted) => actions.rename(name, wanted),
  });
  const parts = html`
    <article class="ls-column ls-card ru-card">
      <div class="ls-plate ru-plate">
        <img loading="lazy" decoding="async" ref="image">
        <p class="ls-nothing" ref="nothing">${say("runs.no_picture")}</p>
      </div>
      ${head.element}
      <p class="ls-note" ref="from"></p>
      <p ref="state"></p>
      <p class="ls-facts ru-figures" ref="numbers"></p>
      <p class="ls-note ls-facts ru-figures" ref="spent"></p>
      <p class="ls-small ru-doctor" ref="doctor"></p>
      <p class="ls-error" ref="error"></p>
      <div class="ls-buttons">
        <button class="ls-btn" ref="play">${say("runs.use")}</button>
        <button class="ls-btn" ref="watch">${say("runs.watch")}</button>
        <button class="ls-btn" ref="resume">${say("runs.resume")}</button>
        <a class="ls-btn ru-link" download ref="download">
          ${say("runs.download")}</a>
        <button class="ls-btn" ref="remove">${say("runs.delete")}</button>
      </div>
    </article>`;
  const { element, image, play, watch, resume, download, remove } = parts;
  const { element: selects, box } = html`
    <label class="ru-select"><input type="checkbox" ref="box">${say("runs.select")}</label>`;
  head.element.append(selects);

  for (const action of ["play", "watch", "resume", "remove"])
    parts[action].addEventListener("click", () => actions[action](name));
  box.addEventListener("change", () => actions.select(name, box.checked));

  function show(card, going, selected) {
    head.show(card.title);
    head.title.title = name;
    element.setAttribute("aria-label", card.title);
    picture(card);
    parts.from.textContent = origin(card, say);
    parts.state.textContent = stateText(card, going, say);
    parts.numbers.replaceChildren(...figures(card, say));
    parts.spent.textContent = cost(card, say);
    parts.doctor.textContent = verdict(card, words, say);
    parts.error.textContent = card.sentence || "";
    box.checked = selected;
    download.href = `${address}.zip${key(card, "?")}`;
    buttons(card, going);
  }

  function picture(card) {
    const known = card.picture !== undefined && card.side;
    image.hidden = !known;
    parts.nothing.hidden = Boolean(known);
    if (!known) return;
    image.width = COLUMNS * card.side;
    image.height = ROWS * card.side;
    image.classList.toggle("ru-small", card.side <= LARGE_PX);
    image.alt = say("runs.picture", { step: formatNumber(card.picture) });
    const source = `${address}/${card.picture}.png?v=${card.when}${key(card, "&")}`;
    if (image.getAttribute("src") !== source) image.src = source;
  }

  function buttons(card, going) {
    const whole = card.state !== "damaged";
    const theirs = card.mine ? "" : say("panel.refused_not_yours");
    play.disabled = !card.playable;
    watch.disabled = box.disabled = !whole;
    resume.hidden = !whole || Boolean(going);
    const further = card.state === "finished";
    resume.textContent = say(further ? "runs.further" : "runs.resume");
    download.hidden = !whole || card.step === 0;
    resume.disabled = head.pen.disabled = !card.mine;
    remove.disabled = !card.mine || Boolean(going);
    for (const one of [resume, head.pen]) one.title = theirs || one.ariaLabel || "";
    if (further) resume.title = theirs || say("runs.further_hint");
    remove.title = theirs || say(hint(going));
  }

  return { element, show };
}

const hint = (going) => {
  if (!going) return "runs.delete_hint";
  return going.state === "elsewhere" ? "runs.elsewhere_hint" : "panel.refused_in_progress";
};
