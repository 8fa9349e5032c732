// The curves of clips through the latent space, without their timing. The twin of
// gan/latent/curves.py, which documents them.

import { wanderThrough } from "./random_walk.js";
import { solve } from "./solve.js";
import { blend as mix, dot, norm, times } from "./vectors.js";

const KEY_COUNTS = { spline: [2, 64], slerp: [2, 64], circle: [2, 2], walk: [1, 64] };
const NORM_RANGE = [0.85, 1.15]; // of sqrt(d): how far from the prior a slerp key may lie

/** An invalid clip: `message` is the key of a text, `values` fill its {names}. */
export class PlanError extends Error {
  constructor(key, values = {}) {
    super(key);
    this.values = values;
  }
}

/**
 * Return the named path through keys (a list of Float32Array(d)): {anchors, segments, closed, at}.
 *
 * at(u) -> Float64Array(d), u from 0 to `segments`; key i is met at u = i, as anchors[i]
 * (Float32Array). Circle and walk are always closed; `wander` is the walk's seed; `still`: one key
 * is enough for any path, which stays there and is closed. Throws PlanError for keys that cannot be
 * joined.
 */
export function makeCurve(path, keys, { closed = true, wander = 0, still = false } = {}) {
  const [few, most] = KEY_COUNTS[path];
  const n = keys.length;
  const stays = still && n === 1 && n < few;
  const fewest = stays ? n : few;
  if (n < fewest || n > most) throw new PlanError("plan.keys", { n, fewest, most });
  const zero = keys.findIndex((key) => !key.some((x) => x));
  if (zero >= 0) throw new PlanError("plan.zero", { n: zero + 1 });
  const always = path === "circle" || path === "walk" || stays;
  const points = keys.map((key) => new Float64Array(key));
  const curve = MAKERS[stays ? "spline" : path](points, closed || always, wander);
  return { ...curve, anchors: curve.anchors.map((anchor) => new Float32Array(anchor)) };
}

/** Interpolate the class weights of the keys linearly at u. */
export function blend(weights, u, closed) {
  const [i, t] = locate(u, closed ? weights.length : weights.length - 1, closed);
  return mix(1 - t, weights[i], t, weights[(i + 1) % weights.length]);
}

function spline(keys, closed) {
  const points = keys.map(onSphere);
  const count = points.length;
  const rows = points.map(() => new Float64Array(count));
  const rise = points.map((_, i) => {
    const inner = closed || (i > 0 && i < count - 1);
    const [before, after] = [closed ? (i + count - 1) % count : i - 1, (i + 1) % count];
    const ends = inner ? [before, after] : i ? [i - 1, i] : [0, 1];
    rows[i][i] = inner ? 4 : 2;
    (inner ? ends : [i ? i - 1 : 1]).forEach((other) => {
      rows[i][other] += 1;
    });
    return points[0].map((_, k) => 3 * (points[ends[1]][k] - points[ends[0]][k]));
  });
  const slope = solve(rows, rise);
  const segments = closed ? count : count - 1;
  // of t, t squared and t cubed, for each segment
  const powers = points.slice(0, segments).map((p, i) => {
    const [q, a, b] = [points[(i + 1) % count], slope[i], slope[(i + 1) % count]];
    return [
      p,
      a,
      p.map((x, k) => 3 * (q[k] - x) - 2 * a[k] - b[k]),
      p.map((x, k) => a[k] + b[k] - 2 * (q[k] - x)),
    ];
  });

  const at = (u) => {
    const [i, t] = locate(u, segments, closed);
    const [p, a, bend, turn] = powers[i];
    const z = new Float64Array(p.length);
    for (let k = 0; k < z.length; k += 1) z[k] = p[k] + t * (a[k] + t * (bend[k] + t * turn[k]));
    return onSphere(z);
  };
  return { anchors: points, segments, closed, at };
}

function slerp(keys, closed) {
  const [low, high] = NORM_RANGE.map((share) => share * Math.sqrt(keys[0].length));
  const norms = keys.map((key) => Math.min(high, Math.max(low, norm(key))));
  const units = keys.map((key) => times(1 / norm(key), key));
  const arcs = units.map((unit, i) => arc(unit, units[(i + 1) % units.length]));
  const segments = closed ? keys.length : keys.length - 1;

  const at = (u) => {
    const [i, t] = locate(u, segments, closed);
    const length = norms[i] + t * (norms[(i + 1) % norms.length] - norms[i]);
    return turned(units[i], arcs[i].side, t * arcs[i].angle, length);
  };
  return { anchors: units.map((unit, i) => times(norms[i], unit)), segments, closed, at };
}

function circle(keys) {
  const radius = Math.sqrt(keys[0].length);
  const anchors = keys.map(onSphere);
  const [first, second] = anchors.map((anchor) => times(1 / radius, anchor));
  const { apart, beside, angle, side } = arc(first, second);
  if (Math.min(apart, beside) < 1e-4) throw new PlanError("plan.circle_line");
  const at = (u) => {
    const [i, t] = locate(u, 2, true);
    return turned(first, side, i ? angle + t * (2 * Math.PI - angle) : t * angle, radius);
  };
  return { anchors, segments: 2, closed: true, at };
}

function walk(keys, _closed, wander) {
  const anchors = keys.map(onSphere);
  const wanders = wanderThrough(anchors, wander);
  return { anchors, segments: keys.length, closed: true, at: (u) => onSphere(wanders(u)) };
}

const MAKERS = { spline, slerp, circle, walk };

// The segment of u, and how far along it, 0 to 1.
function locate(u, segments, closed) {
  const inside = closed
    ? ((u % segments) + segments) % segments
    : Math.min(Math.max(u, 0), segments);
  const segment = Math.min(Math.floor(inside), segments - 1);
  return [segment, inside - segment];
}

const onSphere = (z) => times(Math.sqrt(z.length) / Math.max(norm(z), 1e-200), z);

const turned = (unit, side, angle, length) =>
  mix(length * Math.cos(angle), unit, length * Math.sin(angle), side);

// The angle between two unit vectors, and the one across the first on the second's side.
function arc(u, v) {
  const apart = norm(mix(1, v, -1, u));
  const beside = norm(mix(1, v, 1, u));
  let cosine = dot(u, v);
  let side = mix(1, v, -cosine, u);
  if (norm(side) < 1e-9) {
    let axis = 0;
    u.forEach((x, k) => {
      if (Math.abs(x) < Math.abs(u[axis])) axis = k;
    });
    cosine = u[axis];
    side = u.map((x, k) => Number(k === axis) - cosine * x);
  }
  side = times(1 / norm(side), side);
  return { apart, beside, angle: 2 * Math.atan2(apart, beside), side };
}
