// What the visitor made of the loop, and every earlier state of it, to go back and forth between.

const MOST = 100;

/** `changed(state)` hears of every new state {keys, chosen, wish}; states are never altered. */
export class Story {
  constructor(state, changed) {
    this.state = state;
    this.changed = changed;
    this.past = [];
    this.future = [];
    this.gesture = null;
  }

  /**
   * The present state with a change in it. Changes with the same `gesture`, one after the other,
   * are undone in one step: a drag is many of them.
   */
  go(change, gesture = null) {
    if (gesture === null || gesture !== this.gesture) {
      this.past = [...this.past, this.state].slice(-MOST);
    }
    this.gesture = gesture;
    this.future = [];
    this.set(change);
  }

  /** The same without a way back: which keyframe is chosen, or what another model made of it. */
  set(change) {
    this.state = { ...this.state, ...change };
    this.changed(this.state);
  }

  /** The gesture has ended: the next change is a step of its own. */
  rest() {
    this.gesture = null;
  }

  undo() {
    this.turn(this.past, this.future);
  }

  redo() {
    this.turn(this.future, this.past);
  }

  turn(from, to) {
    if (!from.length) return;
    to.push(this.state);
    this.state = from.pop();
    this.gesture = null;
    this.changed(this.state);
  }
}
