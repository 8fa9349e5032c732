// The visitor's actions on keyframes, as steps of the undo history.

import * as edits from "./keyframes/edits.js";
import { speaker } from "./words.js";

export class Actions {
  /** `page` has stage, strip, note(sentence). */
  constructor(words, history, choices, page) {
    this.say = speaker(words);
    this.history = history;
    this.choices = choices;
    this.page = page;
  }

  get state() {
    return this.history.state;
  }

  go(change, gesture) {
    this.page.note("");
    this.history.go(change, gesture);
  }

  set(part, gesture) {
    this.go({ settings: this.choices.tidy({ ...this.state.settings, ...part }) }, gesture);
  }

  seek(chosen) {
    const { stage } = this.page;
    if (stage.plan) stage.seek(stage.times[chosen]);
  }

  pick(chosen) {
    this.history.set({ chosen });
    this.seek(chosen);
  }

  /** Choose the keyframe `by` positions further and focus it. */
  next(by) {
    const { keys, chosen } = this.state;
    if (keys.length) this.pick((chosen + by + keys.length) % keys.length);
    this.page.strip.focus();
  }

  insert(more) {
    const { stage } = this.page;
    const change = edits.inserted(this.state, more, this.choices.keysMost);
    const left = more.length - (change.keys.length - this.state.keys.length);
    // a circle takes two; more need a spline
    const settings =
      this.choices.needs(this.state.settings.path).most < change.keys.length
        ? { settings: this.choices.tidy({ ...this.state.settings, path: "spline" }) }
        : {};
    if (left < more.length) this.go({ ...change, ...settings });
    this.page.note(left ? this.say("full", { most: this.choices.keysMost, n: left }) : "");
    if (!stage.player.moving) this.seek(this.state.chosen);
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
    this.page.strip.focus();
  }

  /** Drag boundary i to `time`, relative to the state before the drag; `done` ends the drag. */
  stretch(i, time, done) {
    const { stage } = this.page;
    if (stage.plan) {
      this.before ??= { keys: this.state.keys, times: stage.times, rests: stage.rests() };
      this.go(edits.stretched(this.before, i, time, this.choices.lengths), "stretch");
    }
    if (done) this.before = null;
    if (done) this.history.rest();
  }

  /** Change the path; a circle keeps the chosen keyframe and the next. */
  path(part) {
    const { keys, chosen, settings } = this.state;
    if (part.path !== "circle" || keys.length <= 2) return this.set(part);
    const pair = [keys[chosen], keys[(chosen + 1) % keys.length]];
    this.go({ keys: pair, chosen: 0, settings: this.choices.tidy({ ...settings, ...part }) });
    return this.page.note(this.say("circle_kept"));
  }

  preset({ keys, settings }) {
    this.go({
      keys,
      chosen: 0,
      settings: this.choices.tidy({ ...this.state.settings, ...settings }),
    });
    const { player } = this.page.stage;
    player.go(0);
  }

  undo() {
    this.page.note("");
    this.history.undo();
  }

  redo() {
    this.page.note("");
    this.history.redo();
  }
}
