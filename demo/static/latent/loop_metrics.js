// How well a clip closes and how evenly it moves. The twin of gan/latent/loop_metrics.py.

const RESTING = 1e-6; // of the largest step, and of sqrt(d): less is no move

/**
 * {seam, jump} of the latent steps from each frame to the next, the last of them the closing one:
 * the closing step over the median moving one (null where the clip does not close), and the
 * largest over it. d: numbers in a latent.
 */
export function evenness(steps, closes, d) {
  const inner = steps.slice(0, -1);
  const counted = closes ? steps : inner;
  const largest = counted.reduce((a, b) => Math.max(a, b), 0);
  const least = RESTING * Math.max(largest, Math.sqrt(d));
  const moving = inner.filter((step) => step > least).sort((a, b) => a - b);
  if (!moving.length) return { seam: closes ? 0 : null, jump: 0 };
  const half = moving.length >> 1;
  const median = moving.length % 2 ? moving[half] : (moving[half - 1] + moving[half]) / 2;
  return { seam: closes ? steps.at(-1) / median : null, jump: largest / median };
}

/** Return the root mean square difference of the pixels of two pictures. */
export function rms(a, b) {
  let square = 0;
  for (let k = 0; k < a.length; k += 1) square += (a[k] - b[k]) ** 2;
  return Math.sqrt(square / a.length);
}
