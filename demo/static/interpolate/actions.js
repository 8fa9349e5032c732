// The visitor's actions on keyframes, as steps of the undo history.

import { speaker } from "../core/dom.js";
import * as edits from "./keyframes/edits.js";

export class Actions {
  /** `parts`: {stage, strip, view}, which need not exist yet. */
  constructor(words, history, choices, parts) {
    this.say = speaker(words, "interpolate");
    this.history = history;
    this.choices = choices;
    this.parts = parts;
  }

  get state() {
    return this.history.state;
  }

  note(sentence) {
    this.parts.view.key.textContent = sentence;
  }

  go(change, gesture) {
    this.note("");
    this.history.go(change, gesture);
  }

  /** End a gesture: the next change is a new step. */
  rest() {
    this.history.rest();
  }

  /** Change settings, and with them the keyframes where they are given. */
  set(part, gesture, keyframes = {}) {
    const settings = this.choices.tidy({ ...this.state.settings, ...part });
    this.go({ ...keyframes, settings }, gesture);
  }

  seek(chosen) {
    const { stage } = this.parts;
    if (stage.plan) stage.seek(stage.times[chosen]);
  }

  /** Drag the playhead: `phase` is "start", "move" or "end". */
  scrub(time, phase) {
    const { stage } = this.parts;
    stage.player.hold(phase !== "end");
    if (stage.plan) stage.seek(time);
  }

  pick(chosen) {
    this.history.set({ chosen });
    this.seek(chosen);
  }

  /** Choose the keyframe `by` positions further and focus it. */
  next(by) {
    const { keys, chosen } = this.state;
    if (keys.length) this.pick((chosen + by + keys.length) % keys.length);
    this.parts.strip.focus();
  }

  insert(more) {
    const { keys, settings } = this.state;
    const change = edits.inserted(this.state, more, this.choices.keysMost);
    const left = more.length - (change.keys.length - keys.length);
    // a circle takes two; more need a spline
    const full = this.choices.needs(settings.path).most < change.keys.length;
    if (left < more.length) this.set(full ? { path: "spline" } : {}, null, change);
    this.note(left ? this.say("full", { most: this.choices.keysMost, n: left }) : "");
    if (!this.parts.stage.player.moving) this.seek(this.state.chosen);
  }

  duplicate() {
    const { keys, chosen } = this.state;
    if (keys[chosen]) this.insert([{ ...keys[chosen] }]);
  }

  remove() {
    if (this.state.keys.length) this.go(edits.removed(this.state));
  }

  edit(key, gesture) {
    this.go(edits.edited(this.state, key), gesture);
  }

  all(key) {
    this.go(edits.ofOneClass(this.state, key));
  }

  move(from, to) {
    if (to >= 0 && to < this.state.keys.length) this.go(edits.moved(this.state, from, to));
  }

  nudge(by) {
    this.move(this.state.chosen, this.state.chosen + by);
    this.parts.strip.focus();
  }

  /** Drag boundary i to `time`, relative to the state before the drag; `done` ends the drag. */
  stretch(i, time, done) {
    const { stage } = this.parts;
    if (stage.plan) {
      this.before ??= { keys: this.state.keys, times: stage.times, rests: stage.rests() };
      this.go(edits.stretched(this.before, i, time, this.choices.lengths), "stretch");
    }
    if (!done) return;
    this.before = null;
    this.rest();
  }

  /** Change the path; a circle keeps the chosen keyframe and the next. */
  path(path) {
    const { keys, chosen } = this.state;
    if (path !== "circle" || keys.length <= 2) return this.set({ path });
    this.set({ path }, null, { keys: [keys[chosen], keys[(chosen + 1) % keys.length]], chosen: 0 });
    return this.note(this.say("circle_kept"));
  }

  preset({ keys, settings }) {
    this.set(settings, null, { keys, chosen: 0 });
    this.parts.stage.player.go(0);
  }

  undo() {
    this.note("");
    this.history.undo();
  }

  redo() {
    this.note("");
    this.history.redo();
  }
}
