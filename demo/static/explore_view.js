// The parts of the Explore tab that are seen: built once, filled again for each model.

const SLIDERS_OPEN = 8;
const NEIGHBOURS = 8;

/** A text with its {names} filled in. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** An element with properties and children: make("p", {className: "ls-note"}, "text"). */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const button = (label, extra = "") =>
  make("button", { type: "button", className: `ls-btn ${extra}`, textContent: label });

/** The skeleton: {panel, plate, hero, strip, state, error, seed, buttons..., classes, ...}. */
export function skeleton(words) {
  const w = (key) => words[`explore.${key}`];
  const v = {
    hero: make("canvas", { className: "ls-pixels ls-hero", role: "img", ariaLabel: w("canvas") }),
    strip: make("div", { className: "ls-strip", role: "group", ariaLabel: w("neighbours") }),
    state: make("span", {}),
    error: make("p", { className: "ls-error", role: "status" }),
    seed: make("input", { type: "number", min: 0, max: 2 ** 32 - 1, step: 1, inputMode: "numeric" }),
    randomise: button(w("randomise"), "ls-primary"),
    reset: button(w("reset")),
    undo: button(w("undo")),
    redo: button(w("redo")),
    classes: make("div", { className: "ls-classes", role: "group", ariaLabel: w("class") }),
    sliders: make("div", { className: "ls-sliders" }),
    more: make("div", { className: "ls-sliders" }),
    moreTitle: make("summary", { className: "ls-note" }),
  };
  v.plate = make("div", { className: "ls-plate ls-hero-plate" }, v.hero, v.strip);
  v.drawer = make("details", {}, v.moreTitle, v.more);
  v.classBox = make("section", {}, heading(w("class"), w("class_hint")), v.classes);
  const keys = make("span", { className: "ls-keys", textContent: w("keys") });
  v.panel = make(
    "div",
    { className: "ls-panel ls-explore" },
    make(
      "div",
      { className: "ls-stage" },
      v.plate,
      make("p", { className: "ls-note ls-under" }, v.state, keys),
      v.error,
    ),
    make(
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
      ),
      v.classBox,
      make("section", {}, heading(w("directions"), w("directions_hint")), v.sliders, v.drawer),
    ),
  );
  return v;
}

function heading(title, hint) {
  return make("h3", { className: "ls-heading", title: hint }, title);
}

/** Buttons, sliders and strip for a model: {thumbs, neighbours: canvases, rows}. */
export function furnish(v, words, model, on) {
  const side = model.shape[0];
  const thumb = () =>
    make("canvas", { className: "ls-pixels", width: model.shape[1], height: side, ariaHidden: "true" });
  const thumbs = model.labels.map(thumb);
  const neighbours = Array.from({ length: NEIGHBOURS }, thumb);
  const size = Math.max(1, Math.round(60 / side));
  for (const canvas of [...thumbs, ...neighbours]) {
    canvas.style.width = `${canvas.width * size}px`;
    canvas.style.height = `${canvas.height * size}px`;
  }
  const classes = model.labels.map((label, i) => {
    const made = make("button", { type: "button", className: "ls-btn ls-thumb" }, thumbs[i], label);
    made.setAttribute("aria-label", `${words["explore.class"]} ${label}`);
    made.addEventListener("click", () => on.label(i));
    return made;
  });
  v.classes.replaceChildren(...classes);
  v.classBox.hidden = classes.length === 0;
  v.strip.replaceChildren(
    ...neighbours.map((canvas, i) => {
      const title = fill(words["explore.neighbour"], { n: i + 1 });
      const made = make("button", { type: "button", className: "ls-step", title }, canvas);
      made.setAttribute("aria-label", title);
      made.addEventListener("click", () => on.neighbour(i));
      return made;
    }),
  );
  const rows = Array.from({ length: model.rows }, (_, i) => slider(i, words, on.slide));
  v.sliders.replaceChildren(...rows.slice(0, SLIDERS_OPEN).map((row) => row.element));
  v.more.replaceChildren(...rows.slice(SLIDERS_OPEN).map((row) => row.element));
  v.drawer.hidden = rows.length <= SLIDERS_OPEN;
  v.moreTitle.textContent = fill(words["explore.more"], { n: rows.length - SLIDERS_OPEN });
  return { thumbs, neighbours, classes, rows };
}

function slider(i, words, slide) {
  const range = make("input", { type: "range", min: -3, max: 3, step: 0.05, className: "ls-range" });
  const shown = make("output", {});
  const name = fill(words["explore.direction"], { n: i + 1 });
  const element = make("label", { className: "ls-slider" }, make("span", {}, name), range, shown);
  range.addEventListener("input", () => slide(i, Number(range.value)));
  const set = (value) => {
    if (document.activeElement !== range || Math.abs(range.value - value) > 0.026) {
      range.value = value;
    }
    shown.textContent = value.toFixed(2).replace("-", "\u2212");
  };
  return { element, set };
}

/** The largest whole scale at which the hero fits beside (or above) its neighbours. */
export function fit(v) {
  const side = v.hero.height;
  const wide = v.panel.clientWidth >= 800;
  v.plate.classList.toggle("ls-beside", wide);
  const across = v.plate.clientWidth - (wide ? v.strip.offsetWidth + 40 : 0);
  const top = v.plate.getBoundingClientRect().top + window.scrollY;
  const down = wide ? Math.max(280, window.innerHeight - top - 32) : window.innerHeight;
  const scale = Math.max(1, Math.floor(Math.min(across, down) / side));
  v.hero.style.width = v.hero.style.height = `${side * scale}px`;
}

/** Space samples anew and Ctrl-Z undoes, while the tab is seen and nobody is typing. */
export function keyboard(v, { randomise, undo, redo }) {
  const natives = "input, textarea, select, button, summary, a, [role=tab], [contenteditable]";
  const texts = "input:not([type=range]), textarea, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    if (v.panel.offsetParent === null || v.panel.classList.contains("ls-empty")) return;
    const at = event.target.closest?.(natives);
    const key = event.key.toLowerCase();
    const again = key === "y" || event.shiftKey;
    if (event.code === "Space" && !at && !event.repeat) randomise();
    else if ((event.ctrlKey || event.metaKey) && "zy".includes(key) && !at?.matches(texts)) {
      (again ? redo : undo)();
    } else return;
    event.preventDefault();
  });
}
