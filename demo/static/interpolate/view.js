// The elements of the Interpolate tab, the transport controls, and keyboard shortcuts.

import { make, iconButton } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { paint } from "../engine/paint.js";
import { presets } from "./keyframes/presets.js";
import { speaker } from "./words.js";

/** Resolve to the place for the form in the other column, once Gradio has created it. */
export function sideForm() {
  return new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector(".lc-form");
      if (found) resolve(found);
      else requestAnimationFrame(look);
    };
    look();
  });
}

export class View {
  /** `parts`: {stage, strip, editor, add, time}; `on` has undo(), redo(), preset(one). */
  constructor(words, element, parts, on) {
    this.words = words;
    this.on = on;
    this.parts = parts;
    const say = (this.say = speaker(words));
    const { stage, strip, editor, add, time } = parts;
    this.play = make("button", { type: "button", className: "ls-btn lc-play" });
    this.play.addEventListener("click", () => stage.player.toggle());
    this.clock = make("span", { className: "lc-time" });
    this.presets = make("div", { className: "lc-presets", role: "group" });
    this.presets.setAttribute("aria-label", say("presets"));
    const step = (name) => {
      const made = iconButton(icon(name), say(name));
      made.dataset.do = name;
      made.addEventListener("click", () => on[name]());
      return made;
    };
    this.undo = step("undo");
    this.redo = step("redo");
    this.trouble = make("p", { className: "ls-error lc-error", role: "alert" });
    this.key = make("p", { className: "ls-note lc-key-error", role: "status" });
    const timeline = make("div", { className: "lc-row" }, strip.element, add.element);
    element.replaceChildren(
      stage.canvas.element,
      make(
        "div",
        { className: "lc-transport" },
        this.play,
        this.clock,
        this.presets,
        make("span", { className: "lc-buttons" }, this.undo, this.redo),
      ),
      time.element,
      this.trouble,
      timeline,
      editor.element,
      this.key,
      make("p", { className: "ls-note ls-keys", textContent: say("keyboard") }),
    );
    this.played(stage.player.playing);
    const { scrub } = strip;
    scrub.addEventListener("input", () => {
      stage.player.hold(true);
      stage.player.go((Number(scrub.value) + 0.01) / stage.player.count);
    });
    for (const name of ["change", "blur"]) {
      scrub.addEventListener(name, () => stage.player.hold(false));
    }
    stage.canvas.element.addEventListener("click", () => stage.player.toggle());
    this.errors = { lasting: "", once: "" };
  }

  /** Show an error; `once`: until the next edit. */
  error(sentence, once = false) {
    this.errors[once ? "once" : "lasting"] = sentence || "";
    this.trouble.textContent = this.errors.once || this.errors.lasting;
  }

  note(sentence) {
    this.key.textContent = sentence;
  }

  played(playing) {
    const name = playing ? "pause" : "play";
    this.play.replaceChildren(icon(name));
    this.play.title = this.say(name);
    this.play.setAttribute("aria-label", this.play.title);
  }

  /** Show the playhead at `time`, 0 to 1, and frame `index`. */
  placed(time, index, { plan, seconds }) {
    const { strip } = this.parts;
    strip.place(time);
    if (this.index === index && this.seconds === seconds) return;
    this.index = index;
    this.seconds = seconds;
    const now = ((index / plan.count) * seconds).toFixed(2);
    this.clock.textContent = `${now} / ${seconds.toFixed(2)} s`;
    strip.scrub.max = plan.count - 1;
    strip.scrub.value = index;
    strip.scrub.setAttribute("aria-valuetext", `${now} s`);
  }

  /** Show the presets for a model and a class; their pictures are set later. */
  offer(about, label) {
    const id = JSON.stringify([about.model, about.classes, label]);
    const said = { label: about.labels[label] };
    if (this.offered === id) return this.made.map(({ one }) => one);
    this.offered = id;
    this.made = presets(about, label).map((one) => {
      const canvas = make("canvas", { className: "ls-pixels", width: 1, height: 1 });
      canvas.setAttribute("aria-hidden", "true");
      const chip = make(
        "button",
        { type: "button", className: "ls-btn lc-preset" },
        canvas,
        this.say(`preset_${one.name}`, said),
      );
      chip.title = this.say(`preset_${one.name}_hint`, said);
      chip.addEventListener("click", () => this.on.preset(one));
      return { one, chip, canvas };
    });
    this.presets.replaceChildren(...this.made.map(({ chip }) => chip));
    return this.made.map(({ one }) => one);
  }

  /** Set the picture of preset i. */
  picture(i, image) {
    const { canvas } = this.made[i];
    if (image && canvas.image !== image) paint(canvas, (canvas.image = image));
  }
}

const MOVES = { ArrowLeft: -1, ArrowRight: 1 };
const WRITES = "input:not([type=range]):not([type=checkbox]), textarea, select";
const PRESSES = "button, a, summary, label, [role=tab], input";

/** Shortcuts for the whole tab while it is visible and no text field has focus. */
export function keyboard(element, actions, { stage, strip }) {
  function meaning({ target, key, altKey, shiftKey }, control) {
    const inStrip = strip.list.contains(target);
    const free = inStrip || !target.closest?.(PRESSES);
    const by = MOVES[key];
    if (control) {
      if (key.toLowerCase() === "y") return () => actions.redo();
      if (key.toLowerCase() !== "z") return null;
      return () => (shiftKey ? actions.redo() : actions.undo());
    }
    if (!free) return null;
    if (key === " ") return () => stage.player.toggle();
    if (key === "Delete" || key === "Backspace") return () => actions.remove();
    if (!by) return null;
    if (altKey) return () => actions.nudge(by);
    if (inStrip) return () => actions.next(by);
    return stage.plan ? () => stage.player.step(by) : null;
  }

  document.addEventListener("keydown", (event) => {
    const hidden = element.offsetParent === null || document.querySelector("dialog[open]");
    if (hidden || /** @type {Element} */ (event.target).closest?.(WRITES)) return;
    const todo = meaning(event, event.ctrlKey || event.metaKey);
    if (!todo) return;
    event.preventDefault();
    todo();
  });
}
