// The form of the path between keyframes, and its measured evenness.

import { make, button, heading, segments, number } from "../core/dom.js";
import { randomSeed } from "../latent/latents.js";
import { speaker } from "./words.js";

/** `choices` of settings.js; `set(part)` is called with changed settings. */
export class PathForm {
  constructor(words, choices, set) {
    this.choices = choices;
    this.say = speaker(words);
    const { say } = this;
    const named = (values) => values.map((value) => [value, say(value)]);
    this.paths = segments(say("path"), named(choices.paths), (path) => set(this.adapted({ path })));
    this.hint = make("p", { className: "ls-note lc-path-hint" });
    this.easing = segments(
      say("easing"),
      named(choices.easings.map((one) => `easing_${one}`)),
      (easing) => set({ easing: easing.replace("easing_", "") }),
    );
    this.tiles = segments(
      say("tiles"),
      choices.tiles.map((n) => [n, n === 1 ? "1" : `${n} × ${n}`]),
      (tiles) => set({ tiles }),
    );
    this.closed = this.toggle("closed", () => set({ closed: !this.settings.closed }));
    this.back = this.toggle("back", () => set({ back: !this.settings.back }));
    this.even = this.toggle("even", () => set({ even: !this.settings.even }));
    this.again = button(say("again"), "lc-again");
    this.again.title = say("again_hint");
    this.again.addEventListener("click", () => set({ wander: randomSeed() }));
    this.figures = make("summary", {});
    const details = make(
      "details",
      { className: "ls-note lc-figures" },
      this.figures,
      make("p", { textContent: say("figures_hint") }),
    ); // not a tooltip: touch screens have no hover
    this.element = make(
      "section",
      { className: "lc-path" },
      heading(say("path")),
      this.paths.element,
      this.hint,
      make("div", { className: "lc-toggles" }, this.closed, this.back, this.even, this.again),
      this.row("easing", this.easing),
      this.row("tiles", this.tiles),
      details,
    );
  }

  row(name, { element }) {
    const label = make("span", { textContent: this.say(name), title: this.say(`${name}_hint`) });
    return make("div", { className: "lc-line-of" }, label, element);
  }

  toggle(name, work) {
    const made = button(this.say(name), "lc-toggle");
    made.title = this.say(`${name}_hint`);
    made.addEventListener("click", work);
    return made;
  }

  /** Close a path that cannot be open. */
  adapted(part) {
    return this.choices.needs(part.path).open ? part : { ...part, closed: true };
  }

  show(settings) {
    this.settings = settings;
    this.paths.set(settings.path);
    this.hint.textContent = this.say(`${settings.path}_hint`);
    this.easing.set(`easing_${settings.easing}`);
    this.tiles.set(settings.tiles);
    for (const name of ["closed", "back", "even"]) {
      this[name].setAttribute("aria-pressed", String(settings[name]));
    }
    this.closed.hidden = !this.choices.needs(settings.path).open;
    this.again.hidden = settings.path !== "walk";
  }

  /** Show the `figures` of a plan and {seam, jump} of its pictures, as far as they are known. */
  showFigures(figures, pictures) {
    const times = (x) => (Number.isFinite(x) ? `${number(x)} ×` : "\u2013");
    const range = [figures?.norm_min, figures?.norm_max].map((x) => x === undefined || number(x));
    const lines = figures
      ? [
          this.say("figures", {
            seam: times(figures.seam),
            jump: times(figures.jump),
            norm: range[0] === range[1] ? range[0] : range.join("\u2013"),
          }),
          this.say("figures_pictures", {
            seam: times(pictures?.seam),
            jump: times(pictures?.jump),
          }),
        ]
      : [];
    this.figures.replaceChildren(...lines.map((line) => make("span", { textContent: line })));
  }
}
