// The range and ticks of a chart's axis, and the smoothing of its curves.

/** Return the range [low, high] of these values; on a log scale, of those above 0. */
export function fit(values, { log = false, least = 0 } = {}) {
  const all = values.filter((y) => y !== null && (!log || y > 0)).sort((a, b) => a - b);
  if (!all.length) return log ? [0.1, 10] : [0, Math.max(1, least)];
  if (log) return [all[0] / 1.3, Math.max(all.at(-1) * 1.3, all[0] * 10)];
  const at = (share) => all[Math.round(share * (all.length - 1))];
  const low = Math.min(0, at(0.01)); // an outlier must not flatten the rest
  return [low, Math.max(at(0.99) * 1.08, low + 0.1, least)];
}

/** Return about `wanted` round numbers between low and high. */
export function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = power * ([1, 2, 2.5, 5].find((n) => n * power >= rough) || 10);
  const found = [];
  for (let n = Math.ceil(low / size); n * size <= high * (1 + 1e-9); n++) {
    found.push(Number((n * size).toPrecision(6)));
  }
  return found;
}

/** Return ticks of a log scale: powers of ten, with 2 and 5 between them if there are few. */
export function logTicks(low, high) {
  const steps = high / low < 300 ? [1, 2, 5] : [1];
  const found = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const step of steps) found.push(Number((step * 10 ** power).toPrecision(6)));
  }
  return found.filter((y) => y >= low && y <= high);
}

/** Drop every other older row when there are too many. */
export function thinned(rows, most) {
  if (rows.length <= most) return rows;
  const half = rows.length >> 1;
  return rows.filter((_, index) => index >= half || index % 2 === 0);
}

/** Return a moving average whose window grows with the number of points. */
export function smoothed(rows, column) {
  const keep = 1 - 1 / Math.max(1, Math.min(20, rows.length / 12));
  let mean = null;
  let weight = 0;
  return rows.map((row) => {
    if (row[column] === null) return null;
    weight = weight * keep + 1;
    mean = mean === null ? row[column] : mean + (row[column] - mean) / weight;
    return mean;
  });
}
