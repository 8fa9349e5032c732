// The elements of the Interpolate tab, the transport controls, and keyboard shortcuts.

import { button, div, iconButton, make, speaker } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { shortcuts } from "../core/keyboard.js";
import { paint } from "../engine/paint.js";
import { presets } from "./keyframes/presets.js";

const MOVES = { ArrowLeft: -1, ArrowRight: 1 };
const PRESSES = "button, a, select, summary, label, [role=tab], input";

/** Resolve to the place for the form in the other column, once Gradio has created it. */
export async function sideForm() {
  for (;;) {
    const found = document.querySelector(".lc-form");
    if (found) return found;
    await new Promise(requestAnimationFrame);
  }
}

export class View {
  /** `parts`: {stage, strip, editor, add, time}. */
  constructor(words, element, parts, actions) {
    this.actions = actions;
    this.parts = parts;
    const say = (this.say = speaker(words, "interpolate"));
    const { stage, strip, editor, add, time } = parts;
    const { player } = stage;
    this.play = button("", "lc-play", () => player.toggle());
    this.clock = make("span", { className: "lc-time" });
    const group = { className: "lc-presets", role: "group", ariaLabel: say("presets") };
    this.presets = make("div", group);
    this.undo = iconButton(icon("undo"), say("undo"), () => actions.undo());
    this.redo = iconButton(icon("redo"), say("redo"), () => actions.redo());
    this.undo.dataset.do = "undo";
    this.redo.dataset.do = "redo";
    const steps = make("span", { className: "lc-buttons" }, this.undo, this.redo);
    this.trouble = make("p", { className: "ls-error lc-error", role: "alert" });
    this.key = make("p", { className: "ls-note lc-key-error", role: "status" });
    element.replaceChildren(
      stage.canvas.element,
      div("lc-transport", this.play, this.clock, this.presets, steps),
      time.element,
      this.trouble,
      div("lc-row", strip.element, add.element),
      editor.element,
      this.key,
      make("p", { className: "ls-note ls-keys" }, say("keyboard")),
    );
    this.played(player.playing);
    const { scrub } = strip;
    scrub.addEventListener("input", () => {
      player.hold(true);
      player.go((Number(scrub.value) + 0.01) / player.count);
    });
    for (const name of ["change", "blur"]) {
      scrub.addEventListener(name, () => player.hold(false));
    }
    stage.canvas.element.addEventListener("click", () => player.toggle());
    this.errors = { lasting: "", once: "" };
    const isActive = () => element.offsetParent !== null && !document.querySelector("dialog[open]");
    shortcuts(isActive, actions, (event) => this.shortcut(event));
  }

  shortcut({ target, key, altKey }) {
    const { actions } = this;
    const { strip, stage } = this.parts;
    const inStrip = strip.list.contains(target);
    if (!inStrip && target.closest?.(PRESSES)) return null;
    if (key === " ") return () => stage.player.toggle();
    if (key === "Delete" || key === "Backspace") return () => actions.remove();
    const by = MOVES[key];
    if (!by) return null;
    if (altKey) return () => actions.nudge(by);
    if (inStrip) return () => actions.next(by);
    return stage.plan ? () => stage.player.step(by) : null;
  }

  /** Show an error; `once`: until the next edit. */
  error(sentence, once = false) {
    this.errors[once ? "once" : "lasting"] = sentence || "";
    this.trouble.textContent = this.errors.once || this.errors.lasting;
  }

  played(playing) {
    const name = playing ? "pause" : "play";
    this.play.replaceChildren(icon(name));
    this.play.title = this.play.ariaLabel = this.say(name);
  }

  /** Show the playhead at `time`, 0 to 1, and frame `index`. */
  placed(time, index) {
    const { strip, stage } = this.parts;
    const { plan, seconds } = stage;
    strip.place(time);
    if (this.index === index && this.seconds === seconds) return;
    this.index = index;
    this.seconds = seconds;
    const now = ((index / plan.count) * seconds).toFixed(2);
    this.clock.textContent = `${now} / ${seconds.toFixed(2)} s`;
    strip.scrub.max = plan.count - 1;
    strip.scrub.value = index;
    strip.scrub.ariaValueText = `${now} s`;
  }

  /** Show the presets for a model and a class; their pictures are set later. */
  offer(about, label) {
    const id = JSON.stringify([about.model, about.classes, label]);
    const values = { label: about.labels[label] };
    if (this.offered !== id) {
      this.offered = id;
      this.made = presets(about, label).map((one) => {
        const size = { width: 1, height: 1 };
        const canvas = make("canvas", { className: "ls-pixels", ariaHidden: "true", ...size });
        const chip = button("", "lc-preset", () => this.actions.preset(one));
        chip.append(canvas, this.say(`preset_${one.name}`, values));
        chip.title = this.say(`preset_${one.name}_hint`, values);
        return { one, chip, canvas };
      });
      this.presets.replaceChildren(...this.made.map(({ chip }) => chip));
    }
    return this.made.map(({ one }) => one);
  }

  picture(i, image) {
    const { canvas } = this.made[i];
    if (image && canvas.image !== image) paint(canvas, (canvas.image = image));
  }
}
