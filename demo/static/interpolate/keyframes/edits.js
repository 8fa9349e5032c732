// Edits of keyframes: functions of the state {keys, chosen, settings} that return the changed fields.

const clamped = (x, /** @type {number[]} */ [low, high]) => Math.min(high, Math.max(low, x));
const rounded = (x) => Number(x.toFixed(4));

/** Insert `more` after the chosen keyframe, up to `most` in all. */
export function inserted({ keys, chosen }, more, most) {
  const fit = more.slice(0, most - keys.length);
  const at = Math.min(chosen + 1, keys.length);
  return { keys: keys.toSpliced(at, 0, ...fit), chosen: Math.max(0, at + fit.length - 1) };
}

export function edited({ keys, chosen }, key) {
  return { keys: keys.map((old, i) => (i === chosen ? key : old)) };
}

export function moved({ keys }, from, to) {
  return { keys: keys.toSpliced(from, 1).toSpliced(to, 0, keys[from]), chosen: to };
}

export function removed({ keys, chosen }) {
  const next = Math.max(0, Math.min(chosen, keys.length - 2));
  return { keys: keys.toSpliced(chosen, 1), chosen: next };
}

/** Give all keyframes the class or blend of this one. */
export function ofOneClass({ keys }, { label, weights }) {
  const blend = weights ? { weights } : {};
  return { keys: keys.map(({ weights: _, ...key }) => ({ ...key, label, ...blend })) };
}

/**
 * Move the boundary after keyframe i to `time`: one segment loses what the next one gains.
 *
 * keys, times, rests: those when the drag began; `times` are the starts of all cells and the end
 * of the last, `rests` the part of each cell in which the loop rests, all from 0 to 1.
 */
export function stretched({ keys, times, rests }, i, time, lengths) {
  const next = keys.slice();
  const resize = (at, share) => {
    const now = times[at + 1] - times[at] - rests[at];
    if (!(now > 1e-9)) return; // the last key of an open path has no segment
    const length = clamped(((keys[at].length ?? 1) * (share - rests[at])) / now, lengths);
    next[at] = { ...keys[at], length: rounded(length) };
  };
  resize(i, time - times[i]);
  if (i + 2 < times.length) resize(i + 1, times[i + 2] - time);
  return { keys: next };
}
