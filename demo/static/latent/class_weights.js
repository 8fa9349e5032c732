// Class weights: how much of each class a picture has.

/** Return weights (1 - t) of class a and t of class b, or a class number if only one is left. */
export function mixed(a, b, t, count) {
  if (t <= 0 || a === b) return a;
  if (t >= 1) return b;
  return Array.from({ length: count }, (_, i) => Number(i === a) * (1 - t) + Number(i === b) * t);
}

/** Convert a class number or weights to Float32Array(count). */
export function weightsOf(classes, count) {
  if (Array.isArray(classes)) return Float32Array.from(classes);
  return Float32Array.from({ length: count }, (_, i) => Number(i === classes));
}

/** Return the class number if all weight is on one class, else the weights as a list. */
export function tidy(weights) {
  const only = weights.findIndex((w) => Math.abs(w - 1) < 1e-6);
  const rest = weights.some((w, i) => i !== only && Math.abs(w) > 1e-6);
  return only >= 0 && !rest ? only : Array.from(weights);
}

/** Return the two heaviest classes {a, b, t}; b is null for a single class. */
export function parts(classes) {
  if (!Array.isArray(classes)) return { a: classes, b: null, t: 0 };
  const order = classes.map((w, i) => [w, i]).sort((x, y) => y[0] - x[0]);
  const [[wa, a], [wb, b]] = [order[0], order[1] ?? [0, null]];
  return wb > 0 ? { a, b, t: wb / (wa + wb) } : { a, b: null, t: 0 };
}
