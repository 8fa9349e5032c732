// The elements of the Explore tab, the size of its large picture, and keyboard shortcuts.

import { make, button, heading } from "../core/dom.js";

const PHONE = "(max-width: 799px)"; // as in core/app.css
const BESIDE = 760; // px of the stage from which the companion is placed beside the picture

/** Create the elements of the tab by name; `parts` are elements of other modules. */
export function skeleton(words, parts) {
  const w = (key) => words[`explore.${key}`];
  const v = {
    hero: make("canvas", { className: "ls-pixels ls-hero", role: "img", ariaLabel: w("canvas") }),
    where: make("span", { className: "ls-badge", role: "status" }),
    state: make("span", {}),
    error: make("p", { className: "ls-error", role: "status" }),
    seed: make("input", {
      type: "number",
      min: 0,
      max: 2 ** 32 - 1,
      step: 1,
      inputMode: "numeric",
    }),
    randomise: button(w("randomise"), "ls-primary"),
    reset: button(w("reset")),
    undo: button(w("undo")),
    redo: button(w("redo")),
    scale: make("input", { type: "range", min: 0, max: 1.5, step: 0.01, className: "ls-range" }),
    scaled: make("output", {}),
    raw: make("details", {}, make("summary", { className: "ls-note" }, w("raw"))),
  };
  v.companion = make("div", { className: "ls-beside-hero" }, parts.modes, ...parts.companions);
  v.frame = make("div", { className: "ls-hero-frame" }, v.hero, v.where);
  v.plate = make("div", { className: "ls-plate ls-hero-plate" }, v.frame, v.companion);
  const scale = make(
    "label",
    { className: "ls-slider", title: w("scale_hint") },
    make("span", {}, w("scale")),
    v.scale,
    v.scaled,
  );
  v.stage = make(
    "div",
    { className: "ls-stage" },
    v.plate,
    parts.time,
    parts.actions,
    v.error,
    parts.gallery,
    make(
      "p",
      { className: "ls-note ls-under" },
      v.state,
      make("span", { className: "ls-keys", textContent: w("keys") }),
    ),
  );
  v.side = make(
    "div",
    { className: "ls-side" },
    make(
      "section",
      {},
      make(
        "div",
        { className: "ls-row" },
        make("label", { className: "ls-field" }, make("span", {}, w("seed")), v.seed),
        v.randomise,
      ),
      make("div", { className: "ls-row ls-thirds" }, v.reset, v.undo, v.redo),
      scale,
    ),
    parts.classes,
    make("section", {}, heading(w("directions"), w("directions_hint")), parts.directions, v.raw),
  );
  v.panel = make("div", { className: "ls-panel ls-explore" }, v.stage, v.side);
  return v;
}

/** Show the picture at the largest whole scale at which it fits beside or above its companion. */
export function fit(v) {
  const side = v.hero.height;
  const phone = window.matchMedia(PHONE).matches;
  const beside = !phone && v.plate.clientWidth >= BESIDE;
  v.plate.classList.toggle("ls-beside", beside);
  const across =
    (phone ? v.panel : v.plate).clientWidth - (beside ? v.companion.offsetWidth + 56 : 32);
  const top = v.panel.getBoundingClientRect().top + window.scrollY;
  // on a phone it stays above the scrolling controls
  const down = phone ? 0.42 * window.innerHeight : Math.max(280, window.innerHeight - top - 140);
  const scale = Math.max(1, Math.floor(Math.min(across, down) / side));
  v.hero.style.width = v.hero.style.height = `${side * scale}px`;
}

/** Create one slider for each number of z. */
export function rawSliders(v, zDim, words, slide) {
  const rows = Array.from({ length: zDim }, (_, i) => {
    const range = make("input", {
      type: "range",
      min: -3,
      max: 3,
      step: 0.05,
      className: "ls-range",
    });
    const shown = make("output", {});
    range.addEventListener("input", () => slide(i, Number(range.value)));
    const name = `${words["explore.raw_name"]} ${i + 1}`;
    const element = make("label", { className: "ls-slider" }, make("span", {}, name), range, shown);
    return { element, range, shown };
  });
  const [title] = v.raw.children;
  v.raw.replaceChildren(
    title,
    make("div", { className: "ls-sliders" }, ...rows.map((r) => r.element)),
  );
  return (z) =>
    rows.forEach(({ range, shown }, i) => {
      if (document.activeElement !== range || Math.abs(range.value - z[i]) > 0.05)
        range.value = z[i];
      shown.textContent = z[i].toFixed(2).replace("-", "\u2212");
    });
}

/** Space draws a new sample and Ctrl-Z undoes while the tab is visible and no text field has focus. */
export function keyboard(v, { randomise, undo, redo }) {
  const natives = "input, textarea, select, button, summary, a, [role=tab], [contenteditable]";
  const texts = "input:not([type=range]), textarea, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    if (v.panel.offsetParent === null || v.panel.classList.contains("ls-empty")) return;
    const at = /** @type {Element} */ (event.target).closest?.(natives);
    const key = event.key.toLowerCase();
    const again = key === "y" || event.shiftKey;
    if (event.code === "Space" && (!at || at.matches("[type=range]")) && !event.repeat) randomise();
    else if ((event.ctrlKey || event.metaKey) && "zy".includes(key) && !at?.matches(texts)) {
      (again ? redo : undo)();
    } else return;
    event.preventDefault();
  });
}
