// The card of a run, whose element stays the same when it is updated.

import { button, make } from "../../core/dom.js";
import { editableTitle } from "../../core/editable_title.js";
import { cost, figures, origin, standing, verdict } from "./words.js";

const ROWS = 6; // of a contact sheet; see gan/runs/snapshots.py
const COLUMNS = 10;
const LARGE_PX = 32; // larger images are scaled down

/**
 * actions: play, watch, goOn, remove (each of a name), tick(name, on) and rename(name, title), which
 * resolves to whether it was done. Returns {element, show(card, going, ticked)}, where going is
 * {state, step} of a run in progress, here or elsewhere, or null.
 */
export function runCard({ name, root, say, words, actions, longest }) {
  const image = make("img", { loading: "lazy", decoding: "async" });
  const nothing = make("p", { className: "ru-nothing", textContent: say("runs.no_picture") });
  const {
    title,
    pen: rename,
    field,
    show: call,
  } = editableTitle({
    className: "ru-title",
    label: say("runs.rename"),
    longest,
    save: (wanted) => actions.rename(name, wanted),
  });
  const from = make("p", { className: "ls-note" });
  const state = make("p", { className: "ru-state" });
  const numbers = make("p", { className: "ru-figures" });
  const spent = make("p", { className: "ls-note ru-figures" });
  const doctor = make("p", { className: "ru-doctor" });
  const wrong = make("p", { className: "ls-error" });
  const play = button(say("runs.use"));
  const watch = button(say("runs.watch"));
  const goOn = button(say("runs.resume"));
  const box = make("input", { type: "checkbox" });
  const tick = make("label", { className: "ru-tick" }, box, say("runs.select"));
  const download = make("a", { className: "ls-btn ru-link", textContent: say("runs.download") });
  const remove = button(say("runs.delete"));
  const element = make(
    "article",
    { className: "ru-card" },
    make("div", { className: "ls-plate ru-plate" }, image, nothing),
    make("div", { className: "ru-head" }, title, field, rename, tick),
    from,
    state,
    numbers,
    spent,
    doctor,
    wrong,
    make("div", { className: "ru-deeds" }, play, watch, goOn, download, remove),
  );
  download.href = `${root}/${encodeURIComponent(name)}.zip`;
  download.download = "";

  play.addEventListener("click", () => actions.play(name));
  watch.addEventListener("click", () => actions.watch(name));
  goOn.addEventListener("click", () => actions.goOn(name));
  remove.addEventListener("click", () => actions.remove(name));
  box.addEventListener("change", () => actions.tick(name, box.checked));
  let card = {};

  function show(next, going, ticked) {
    card = next;
    call(card.title);
    title.title = name;
    element.setAttribute("aria-label", card.title);
    picture();
    from.textContent = origin(card, say);
    state.textContent = standing(card, going, say);
    numbers.replaceChildren(...figures(card, say));
    spent.textContent = cost(card, say);
    doctor.textContent = verdict(card, words, say);
    wrong.textContent = card.sentence || "";
    box.checked = ticked;
    buttons(going);
  }

  function picture() {
    const known = card.picture !== undefined && card.side;
    image.hidden = !known;
    nothing.hidden = Boolean(known);
    if (!known) return;
    const address = `${root}/${encodeURIComponent(name)}/${card.picture}.png?v=${card.when}`;
    image.width = COLUMNS * card.side;
    image.height = ROWS * card.side;
    image.className = card.side > LARGE_PX ? "ru-large" : "ru-small";
    image.alt = say("runs.picture", { step: card.picture.toLocaleString() });
    if (image.getAttribute("src") !== address) image.src = address;
  }

  function buttons(going) {
    const whole = card.state !== "damaged";
    const theirs = card.mine ? "" : say("panel.refused_not_yours");
    play.disabled = !card.playable;
    watch.disabled = !whole;
    box.disabled = !whole;
    goOn.hidden = !whole || card.state === "finished" || Boolean(going);
    download.hidden = !whole || card.step === 0;
    goOn.disabled = rename.disabled = !card.mine;
    remove.disabled = !card.mine || Boolean(going);
    for (const one of [goOn, rename]) one.title = theirs || one.ariaLabel || "";
    remove.title = theirs || say(hint(going));
  }

  return { element, show };
}

const hint = (going) => {
  if (!going) return "runs.delete_hint";
  return going.state === "elsewhere" ? "runs.elsewhere_hint" : "panel.refused_in_progress";
};
