// The form of the path between keyframes, and its measured evenness.

import { button, div, heading, html, make, note, number, segments, speaker } from "../core/dom.js";
import { help, helped } from "../core/help.js";
import { randomSeed } from "../latent/latents.js";

export class PathForm {
  /** `choices` of settings.js. */
  constructor(words, choices, actions) {
    this.choices = choices;
    const say = (this.say = speaker(words, "interpolate"));
    const set = (part) => actions.set(part);
    const choice = (name, label, pick = (value) => set({ [name]: value })) => {
      const options = choices.lists[name].map((value) => [value, label(value)]);
      return segments(say(name), options, pick);
    };
    this.paths = choice("path", say, (path) => actions.path(path));
    this.hint = make("p", { className: "ls-note lc-path-hint" });
    this.easing = choice("easing", (easing) => say(`easing_${easing}`));
    this.tiles = choice("tiles", (n) => (n === 1 ? "1" : `${n} × ${n}`));
    const toggle = (name) => this.button(name, () => set({ [name]: !this.settings[name] }));
    this.toggles = { closed: toggle("closed"), back: toggle("back"), even: toggle("even") };
    this.again = this.button("again", () => set({ wander: randomSeed() }));
    const { low, high } = choices.limits.motion;
    const motion = html`
      <label class="ls-slider lc-motion"><span class="ls-note">${say("motion")}</span>
        <input type="range" class="ls-range" min="${low}" max="${high}" step="0.1" ref="range">
        <output ref="factor"></output></label>`;
    this.motion = motion.range;
    this.factor = motion.factor;
    this.motion.addEventListener("input", () =>
      actions.set({ motion: Number(this.motion.value) }, "motion"),
    );
    this.motion.addEventListener("change", () => actions.rest());
    this.moving = helped(motion.element, say("motion"), say("motion_hint"));
    this.figures = make("summary");
    const hint = make("p", { className: "ls-note" }, say("figures_hint")); // not a tooltip: touch screens have no hover
    this.element = make(
      "section",
      {},
      heading(say("path")),
      this.paths.element,
      this.hint,
      div("lc-toggles", ...Object.values(this.toggles), this.again, this.about()),
      this.row("easing", this.easing),
      this.row("tiles", this.tiles),
      this.moving,
      make("details", { className: "ls-note lc-figures" }, this.figures, hint),
    );
  }

  row(name, { element }) {
    const line = div("lc-line-of", note(this.say(name)), element);
    return helped(line, this.say(name), this.say(`${name}_hint`));
  }

  button(name, work) {
    return button(this.say(name), "lc-toggle", work);
  }

  // The help of the buttons of the path.
  about() {
    const names = [...Object.keys(this.toggles), "again"];
    const line = (name) =>
      this.say("label", { name: this.say(name), text: this.say(`${name}_hint`) });
    return help(this.say("path"), names.map(line).join("\n"));
  }

  /** Show the speed of the motion if the model has clips. */
  offer(moves) {
    this.moving.hidden = !moves;
  }

  show(settings) {
    this.settings = settings;
    this.paths.set(settings.path);
    this.hint.textContent = this.say(`${settings.path}_hint`);
    this.easing.set(settings.easing);
    this.tiles.set(settings.tiles);
    this.motion.value = settings.motion;
    this.factor.textContent = `\u00d7 ${number(settings.motion, 1)}`;
    for (const [name, made] of Object.entries(this.toggles)) {
      made.ariaPressed = String(settings[name]);
    }
    this.toggles.closed.hidden = !this.choices.needs(settings.path).open;
    this.again.hidden = settings.path !== "walk";
  }

  /** Show the `figures` of a plan and {seam, jump} of its pictures, as far as they are known. */
  showFigures(figures, pictures) {
    if (!figures) return this.figures.replaceChildren();
    const times = (x) => (Number.isFinite(x) ? `${number(x)} ×` : "\u2013");
    const speeds = ({ seam, jump }) => ({ seam: times(seam), jump: times(jump) });
    const [low, high] = [number(figures.norm_min), number(figures.norm_max)];
    const norm = low === high ? low : `${low}\u2013${high}`;
    const first = this.say("figures", { ...speeds(figures), norm });
    const second = this.say("figures_pictures", speeds(pictures ?? {}));
    return this.figures.replaceChildren(make("span", {}, first), make("span", {}, second));
  }
}
