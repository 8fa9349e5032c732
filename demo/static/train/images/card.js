// The card of one image collection: its content, skipped files, and actions.

import { decodePicture } from "../../core/base64.js";
import { button, make } from "../../core/dom.js";
import { editableTitle } from "../../core/editable_title.js";
import { largest, show as showAt } from "../../core/pixel_scale.js";
import { lasting, leftOut } from "./words.js";

const CLASSES_SHOWN = 24; // shown before "all"

/**
 * {element, show(collection)}. actions: train(one), remove(one) and rename(one, name), which resolve
 * to whether it was done, and preview(id, label): see demo/server/image_collections.py.
 */
export function imagesCard({ say, longest, actions }) {
  const canvas = make("canvas", { className: "ls-pixels", role: "img", ariaLabel: say("sheet") });
  const plate = make("div", { className: "ls-plate im-plate" }, canvas);
  const {
    title,
    pen: rename,
    field,
    show: call,
  } = editableTitle({
    className: "im-title",
    label: say("rename"),
    longest,
    save: (name) => actions.rename(one, name),
  });
  const facts = make("p", { className: "im-facts" });
  const classes = make("div", {
    className: "im-classes",
    role: "group",
    ariaLabel: say("classes"),
  });
  const none = make("p", { className: "ls-note", textContent: say("no_classes") });
  const out = make("details", { className: "im-out" }, make("summary", {}), make("ul", {}));
  const until = make("p", { className: "ls-note" });
  const train = button(say("train"), "ls-primary");
  const remove = button(say("delete"));
  const sure = make("span", { className: "im-sure", hidden: true }, say("sure"));
  const yes = button(say("sure_yes"));
  const no = button(say("sure_no"));
  sure.append(" ", yes, no);
  const element = make(
    "article",
    { className: "im-card" },
    plate,
    make("div", { className: "im-head" }, title, field, rename),
    facts,
    classes,
    none,
    out,
    until,
    make("div", { className: "im-deeds" }, train, remove, sure),
  );
  /** @type {any} */
  let one = {};
  let label = null; // the displayed class; null is all
  let wanted = 0; // only the newest request is shown
  let sheet = null;
  let open = false; // whether all classes are listed

  train.addEventListener("click", () => actions.train(one));
  remove.addEventListener("click", () => ask(true));
  no.addEventListener("click", () => ask(false));
  yes.addEventListener("click", () => actions.remove(one));
  new ResizeObserver(fit).observe(plate);
  new IntersectionObserver((seen) => seen[0].isIntersecting && !sheet && look()).observe(plate);

  function ask(on) {
    sure.hidden = !on;
    remove.hidden = train.hidden = on;
    (on ? no : remove).focus();
  }

  async function look() {
    const mine = ++wanted;
    const answer = await actions.preview(one.id, label);
    if (mine !== wanted || !answer.picture) return;
    const image = await decodePicture(answer.picture);
    if (mine !== wanted) return;
    sheet = image;
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext("2d").drawImage(image, 0, 0);
    fit();
  }

  function fit() {
    const inside = plate.clientWidth - 16;
    if (sheet && inside > 0)
      showAt(canvas, 1, largest(inside / canvas.width, devicePixelRatio || 1));
  }

  function chip(text, value) {
    const made = make("button", {
      type: "button",
      className: "ls-btn im-class",
      textContent: text,
    });
    made.setAttribute("aria-pressed", String(value === label));
    made.addEventListener("click", () => {
      label = value;
      chips();
      look();
    });
    return made;
  }

  function chips() {
    const shown = open ? one.classes : one.classes.slice(0, CLASSES_SHOWN);
    const named = shown.map(({ name, count }, k) =>
      chip(say("class", { name, count: count.toLocaleString() }), k),
    );
    const more = button(say("all_classes", { count: one.classes.length }), "im-class");
    more.addEventListener("click", () => {
      open = true;
      chips();
    });
    const rest = shown.length < one.classes.length ? [more] : [];
    classes.replaceChildren(chip(say("all"), null), ...named, ...rest);
  }

  function show(now) {
    const other = JSON.stringify(now.classes) !== JSON.stringify(one.classes);
    one = now;
    call(one.name);
    element.setAttribute("aria-label", one.name);
    facts.textContent = say("facts", {
      count: one.count.toLocaleString(),
      side: one.size,
      train: one.train.toLocaleString(),
      held: one.held.toLocaleString(),
      colour: say(one.channels === 3 ? "colour" : "grey"),
      fit: say(`fitted_${one.fit}`),
    });
    if (other) chips();
    classes.hidden = !one.classes.length;
    none.hidden = Boolean(one.classes.length);
    const lines = leftOut(one, say);
    const count = one.skipped.reduce((sum, each) => sum + each.count, 0);
    out.hidden = !lines.length;
    out.firstChild.textContent = count
      ? say("left_out", { count: count.toLocaleString() })
      : say("changed");
    out.lastChild.replaceChildren(...lines.map((line) => make("li", { textContent: line })));
    until.textContent = lasting(one, say);
    remove.disabled = one.training;
    remove.title = one.training ? say("in_use") : "";
  }

  return { element, show };
}
