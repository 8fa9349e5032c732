// Vector arithmetic on latents: takes Float32Arrays and returns new ones.

export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

export const norm = (a) => Math.sqrt(dot(a, a));

/** s a + t b */
export const blend = (s, a, t, b) => a.map((x, i) => s * x + t * b[i]);

export const times = (s, a) => a.map((x) => s * x);

/** Orthonormal vectors that span the given ones (Gram & Schmidt; dependent ones are left out). */
export function basis(vectors) {
  const found = [];
  for (const vector of vectors) {
    const rest = without(vector, found);
    const length = norm(rest);
    if (length > 1e-3) found.push(times(1 / length, rest));
  }
  return found;
}

/** Project `a` onto the span of an orthonormal basis. */
export function within(a, span) {
  return span.reduce((sum, e) => blend(1, sum, dot(a, e), e), new Float32Array(a.length));
}

/** Return the part of `a` orthogonal to an orthonormal basis. */
export const without = (a, span) => blend(1, a, -1, within(a, span));

/** Scale `a` to the weighted mean norm of the others: a blend of latents is too short. */
function atLengthOf(a, weights, others) {
  const total = weights.reduce((sum, w) => sum + Math.abs(w), 0) || 1;
  const length = weights.reduce((sum, w, i) => sum + Math.abs(w) * norm(others[i]), 0) / total;
  const now = norm(a);
  return now > 1e-6 ? times(length / now, a) : a;
}

/** Return the point (u, v) of the plane through three latents at (0, 0), (1, 0) and (0, 1). */
export function onPlane([origin, right, up], u, v) {
  const weights = [1 - u - v, u, v];
  const flat = blend(1, blend(weights[0], origin, u, right), v, up);
  return atLengthOf(flat, weights, [origin, right, up]);
}

/** Interpolate from a (t = 0) to b (t = 1) along an arc (slerp, Shoemake 1985). */
export function arc(a, b, t) {
  const cosine = dot(a, b) / Math.max(norm(a) * norm(b), 1e-12);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (Math.sin(angle) < 1e-4) return blend(1 - t, a, t, b);
  const weight = (share) => Math.sin(share * angle) / Math.sin(angle);
  return blend(weight(1 - t), a, weight(t), b);
}

/** Draw a sample of N(0, 1). */
export function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
