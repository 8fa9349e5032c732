// The shift of images of models of clips. The twin of gan/models/shift.py.

const SLOPE = 0.2;

/** Return the distances across and down, in pixels, that dense layers give for `motion`. */
export function distances(dense, motion) {
  const last = dense.length - 1;
  return dense.reduce((x, { weight, bias }, k) => {
    const sums = bias.map((sum, o) => {
      let total = sum;
      for (let i = 0; i < x.length; i += 1) total += weight[o * x.length + i] * x[i];
      return total;
    });
    return k < last ? sums.map((sum) => (sum > 0 ? sum : SLOPE * sum)) : sums;
  }, motion);
}

/**
 * Shift an image of `side` x `side` pixels with `channels` numbers each from offset `from` to `to` of
 * `memory`: right by `across` and down by `down` pixels. `between` is room for as much.
 */
export function shift(memory, from, to, between, side, channels, [across, down]) {
  const row = side * channels;
  const tapsDown = taps(side, down);
  const tapsAcross = taps(side, across);
  for (let y = 0; y < side; y += 1) {
    sum(memory, from, row, between + y * row, row, tapsDown[y]);
    for (let x = 0; x < side; x += 1) {
      sum(
        memory,
        between + y * row,
        channels,
        to + y * row + x * channels,
        channels,
        tapsAcross[x],
      );
    }
  }
}

// Write the weighted sum of some of the parts of `count` numbers that begin at `from`.
function sum(memory, from, step, to, count, { first, weights }) {
  memory.fill(0, to, to + count);
  weights.forEach((weight, k) => {
    const part = from + (first + k) * step;
    for (let i = 0; i < count; i += 1) memory[to + i] += weight * memory[part + i];
  });
}

// For each place in a shifted line of `side` values: the first value it takes, and the weights of
// it and of the next, by cubic convolution (Keys 1981).
function taps(side, distance) {
  return Array.from({ length: side }, (_, place) => {
    const source = Math.min(Math.max(place - distance, 0), side - 1);
    const first = Math.max(Math.floor(source) - 1, 0);
    const last = Math.min(Math.floor(source) + 2, side - 1);
    const weights = Array.from({ length: last - first + 1 }, (_, k) => cubic(first + k - source));
    const total = weights.reduce((all, weight) => all + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

function cubic(distance) {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
