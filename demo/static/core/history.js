// An undo history of immutable states.

/** `onchange(state, key)` is called after every change; states are replaced, never mutated. */
export class History {
  past = [];
  future = [];
  /** Of the last change. */
  last = { key: null, at: 0 };
  /** @type {any} */
  state = null;

  /**
   * `most` is the number of undo steps. `joins(key, ms)`: whether a change with the previous key,
   * `ms` milliseconds later, belongs to the same step.
   */
  constructor(onchange, most, joins = (_key, _ms) => true) {
    this.onchange = onchange;
    this.most = most;
    this.joins = joins;
  }

  /** Start a new history with a state. */
  begin(state) {
    this.state = state;
    this.past = [];
    this.future = [];
    this.rest();
  }

  /** Apply a change. Consecutive changes with the same `key` are undone in one step. */
  go(change, key = null) {
    const now = performance.now();
    const { last } = this;
    const same = key !== null && key === last.key && this.joins(key, now - last.at);
    if (!same) this.past = [...this.past, this.state].slice(-this.most);
    this.last = { key, at: now };
    this.future = [];
    this.set(change, key);
  }

  /** Apply a change that cannot be undone. */
  set(change, why = null) {
    this.state = { ...this.state, ...change };
    this.onchange(this.state, why);
  }

  /** End a gesture: the next change is a new step. */
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
