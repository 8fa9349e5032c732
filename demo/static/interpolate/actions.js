// What people do with keyframes, as steps of the story that can be undone.

import * as edits from "./keyframes/edits.js";
import { speaker } from "./words.js";

export class Actions {
  /** `page` has stage, strip, note(sentence). */
  constructor(words, story, choices, page) {
    this.say = speaker(words);
    this.story = story;
    this.choices = choices;
    this.page = page;
  }

  get state() {
    return this.story.state;
  }

  go(change, gesture) {
    this.page.note("");
    this.story.go(change, gesture);
  }

  set(part, gesture) {
    this.go({ wish: this.choices.tidy({ ...this.state.wish, ...part }) }, gesture);
  }

  seek(chosen) {
    const { stage } = this.page;
    if (stage.plan) stage.seek(stage.times[chosen]);
  }

  pick(chosen) {
    this.story.set({ chosen });
    this.seek(chosen);
  }

  /** The next keyframe but `by`, with the keyboard's attention. */
  next(by) {
    const { keys, chosen } = this.state;
    if (keys.length) this.pick((chosen + by + keys.length) % keys.length);
    this.page.strip.focus();
  }

  insert(more) {
    const { stage } = this.page;
    const change = edits.inserted(this.state, more, this.choices.keysMost);
    const left = more.length - (change.keys.length - this.state.keys.length);
    // a circle joins two; more of them are on the way through a spline
    const wish =
      this.choices.needs(this.state.wish.path).most < change.keys.length
        ? { wish: this.choices.tidy({ ...this.state.wish, path: "spline" }) }
        : {};
    if (left < more.length) this.go({ ...change, ...wish });
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

  /** Boundary i is dragged to `time`; what it was like at first counts until it is `done`. */
  stretch(i, time, done) {
    const { stage } = this.page;
    if (stage.plan) {
      this.before ??= { keys: this.state.keys, times: stage.times, rests: stage.rests() };
      this.go(edits.stretched(this.before, i, time, this.choices.lengths), "stretch");
    }
    if (done) this.before = null;
    if (done) this.story.rest();
  }

  /** A circle has two keyframes: the chosen one and the next. */
  path(part) {
    const { keys, chosen, wish } = this.state;
    if (part.path !== "circle" || keys.length <= 2) return this.set(part);
    const pair = [keys[chosen], keys[(chosen + 1) % keys.length]];
    this.go({ keys: pair, chosen: 0, wish: this.choices.tidy({ ...wish, ...part }) });
    return this.page.note(this.say("circle_kept"));
  }

  preset({ keys, wish }) {
    this.go({ keys, chosen: 0, wish: this.choices.tidy({ ...this.state.wish, ...wish }) });
    const { player } = this.page.stage;
    player.go(0);
  }

  undo() {
    this.page.note("");
    this.story.undo();
  }

  redo() {
    this.page.note("");
    this.story.redo();
  }
}
