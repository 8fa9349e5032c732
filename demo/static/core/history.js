// What a visitor steers, and every earlier state of it, to go back and forth between.

/** `onchange(state, why)` is called after every change; states are replaced, never changed inside. */
export class History {
  past = [];
  future = [];
  /** Of the last change. */
  last = { key: null, at: 0 };
  /** @type {any} */
  state = null;

  /**
   * `most` states are kept. `joins(key, ms)`: whether a change with the key of the one before,
   * so many milliseconds later, is the same step of undo.
   */
  constructor(onchange, most, joins = (_key, _ms) => true) {
    this.onchange = onchange;
    this.most = most;
    this.joins = joins;
  }

  /** Begin with a state that no undo leads behind. */
  begin(state) {
    this.state = state;
    this.past = [];
    this.future = [];
    this.rest();
  }

  /** The present state with a change in it. Changes of one `key` are undone in one step. */
  go(change, key = null) {
    const now = performance.now();
    const { last } = this;
    const same = key !== null && key === last.key && this.joins(key, now - last.at);
    if (!same) this.past = [...this.past, this.state].slice(-this.most);
    this.last = { key, at: now };
    this.future = [];
    this.set(change, key);
  }

  /** The same without a way back. */
  set(change, why = null) {
    this.state = { ...this.state, ...change };
    this.onchange(this.state, why);
  }

  /** A drag or the like has ended: the next change is a step of its own. */
  rest() {
    this.last = { key: null, at: 0 };
  }

  undo() {
    this.travel(this.past, this.future);
  }

  redo() {
    this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.state);
    this.state = from.pop();
    this.rest();
    this.onchange(this.state, "travel");
  }
}
