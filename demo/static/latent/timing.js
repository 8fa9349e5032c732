// The timing of clips along their curves. The twin of gan/latent/timing.py, which documents it.
//
// A table of steps is a Float64Array: q equal parts of each of m segments, one after the other.

import { PlanError, blend } from "./curves.js";
import { dot, norm } from "./vectors.js";

const FRAME_COUNT = [2, 100000];
export const PARTS = 64; // of a segment, in the table of latent steps
const CLASS_SHARE = 0.1;
const SHORTEST = 0.25; // of an average segment
const KEY_REST = 0.5; // average segments
const SHARPEST = 0.5; // cosine
const SEAM_SHARE = 1 / 20;

// The distance of two latents, with a small weight on their class weights.
function latentStep(a, b, weightsA, weightsB) {
  const turn = weightsA ? a.length * CLASS_SHARE ** 2 * squared(weightsA, weightsB) : 0;
  return Math.sqrt(squared(a, b) + turn);
}

function squared(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) {
    const apart = a[k] - b[k];
    sum += apart * apart; // `** 2` takes ten times as long
  }
  return sum;
}

/** Return the path parameter at the ends of all parts; the last of a closed curve is its first. */
export function grid(curve, parts) {
  const count = curve.segments * parts + Number(!curve.closed);
  return Float64Array.from({ length: count }, (_, i) => i / parts);
}

/**
 * Return the latent steps, Float64Array(count), from each point at `u` of a curve to the next; the last
 * point is followed by the first. weights: of its keys, or null. visit(z, next) is called for each step.
 */
export function stepsAlong(curve, weights, u, count, visit) {
  const at = (i) => [curve.at(u[i]), weights && blend(weights, u[i], curve.closed)];
  const first = at(0);
  let [z, w] = first;
  return Float64Array.from({ length: count }, (_, i) => {
    const [before, classes] = [z, w];
    [z, w] = i + 1 < u.length ? at(i + 1) : first;
    visit(before, z);
    return latentStep(before, z, classes, w);
  });
}

/** Return latent steps of all parts of a curve. Throws PlanError next to zero. */
export function arcs(curve, weights, parts = PARTS) {
  return stepsAlong(curve, weights, grid(curve, parts), curve.segments * parts, (z, next) => {
    if (parts >= PARTS && dot(z, next) <= SHARPEST * norm(z) * norm(next)) {
      throw new PlanError("plan.crosses_zero");
    }
  });
}

/** Return image steps that give more time next to the seam, where it is needed. */
export function calmSeam(steps, latent, back) {
  const order = Array.from(steps.keys());
  const speed = latent.map((way, i) => (steps[i] > 0 ? way / steps[i] : 0));
  order.sort((a, b) => speed[a] - speed[b] || a - b);
  const all = steps.reduce((sum, time) => sum + time, 0);
  const median = medianSpeed(order, steps, speed, all / 2);
  if (!(median > 0)) return steps;
  const calm = Float64Array.from(steps);
  let room = SEAM_SHARE * all;
  for (let n = 0; n < steps.length && room > 0; n += 1) {
    const i = back ? n : steps.length - 1 - n;
    if (steps[i] > 0) {
      const inside = Math.min(1, room / steps[i]);
      calm[i] += inside * Math.max(latent[i] / median - steps[i], 0);
    }
    room -= steps[i];
  }
  return calm;
}

// Interpolate linearly between the centres of the parts, sorted by speed.
function medianSpeed(order, steps, speed, half) {
  let [passed, middle, slower] = [0, 0, speed[order[0]]];
  for (const i of order) {
    const now = passed + steps[i] / 2;
    if (now >= half) {
      return now > middle
        ? slower + ((half - middle) / (now - middle)) * (speed[i] - slower)
        : speed[i];
    }
    [passed, middle, slower] = [passed + steps[i], now, speed[i]];
  }
  return slower;
}

/** {u: path parameter of every frame, starts: when each key is reached, 0 to 1 of the clip}. */
export function positions(frames, steps, { segments, lengths, holds, easing, closed, back }) {
  const [fewest, most] = FRAME_COUNT;
  if (!Number.isInteger(frames) || frames < fewest || frames > most) {
    throw new PlanError("plan.frames", { fewest, most });
  }
  const parts = steps.length / segments;
  const sums = runningSums(steps, segments, parts);
  const ways = Array.from({ length: segments }, (_, i) => sums[i * (parts + 1) + parts]);
  const mean = ways.reduce((sum, way) => sum + way, 0) / segments;
  const rests = holds.map((hold) => hold + (easing === "hold" ? KEY_REST : 0));
  const moves = ways.map((way, i) => lengths[i] * Math.max(mean ? way / mean : 1, SHORTEST));
  const begins = [0];
  moves.forEach((move, i) => begins.push(begins[i] + (rests[i] + move)));
  const total = begins[segments] + (closed ? 0 : rests[segments]);

  const u = new Float64Array(frames);
  const last = closed ? frames : frames - 1;
  for (let f = 0; f < frames; f += 1) {
    const now = (back ? (2 * Math.min(f, frames - f)) / frames : f / last) * total;
    const i = Math.max(0, upper(begins, 0, segments, now) - 1);
    let p = Math.min(1, Math.max(0, (now - begins[i] - rests[i]) / moves[i]));
    if (easing !== "none") p = p * p * (3 - 2 * p);
    u[f] = i + along(sums, i * (parts + 1), parts, p);
  }
  const starts = rests.map((_, i) => (begins[i] / total) * (back ? 0.5 : 1));
  return { u, starts };
}

function runningSums(steps, segments, parts) {
  const sums = new Float64Array(segments * (parts + 1));
  for (let i = 0; i < segments; i += 1) {
    for (let j = 0; j < parts; j += 1) {
      sums[i * (parts + 1) + j + 1] = sums[i * (parts + 1) + j] + steps[i * parts + j];
    }
  }
  return sums;
}

// How far along its segment, 0 to 1, a share p of the segment's way is.
function along(sums, from, parts, p) {
  const way = sums[from + parts];
  if (!way) return p;
  const j = Math.min(parts - 1, Math.max(0, upper(sums, from, from + parts, p * way) - from - 1));
  const step = sums[from + j + 1] - sums[from + j];
  return (j + (step ? Math.min(1, (p * way - sums[from + j]) / step) : 0)) / parts;
}

// The first place of sorted[from..to) that is above x, or `to`.
function upper(sorted, from, to, x) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] > x) to = middle;
    else from = middle + 1;
  }
  return from;
}
