// Two runs' curves over each other: their rows, which need not be at the same steps, as one table.

/**
 * [[step, y of the first run, y of the second], ...] of two lists of rows [step, ...], where
 * `column` is what to compare. Between two of its own rows a run is drawn as a straight line, on a
 * log scale too with `log`; before its first and after its last it is null.
 */
export function merged(first, second, column, { log = false } = {}) {
  const known = [first, second].map((rows) => rows.filter((row) => (row[column] ?? null) !== null));
  const steps = [...new Set(known.flat().map((row) => row[0]))].sort((a, b) => a - b);
  const curves = known.map((rows) => along(rows, steps, column, log));
  return steps.map((step, index) => [step, curves[0][index], curves[1][index]]);
}

function along(rows, steps, column, log) {
  const up = (y) => (log ? Math.log(Math.max(y, 1e-6)) : y);
  const down = (y) => (log ? Math.exp(y) : y);
  let next = 0; // the first row at or after the step
  return steps.map((step) => {
    while (next < rows.length && rows[next][0] < step) next += 1;
    if (next === rows.length || (next === 0 && rows[0][0] > step)) return null;
    if (rows[next][0] === step) return rows[next][column];
    const [before, after] = [rows[next - 1], rows[next]];
    const share = (step - before[0]) / (after[0] - before[0]);
    return down(up(before[column]) * (1 - share) + up(after[column]) * share);
  });
}

/** Halve the older rows when there are too many; the newest stay as they came. */
export function thinned(rows, most) {
  if (rows.length <= most) return rows;
  const half = rows.length >> 1;
  return rows.filter((_, index) => index >= half || index % 2 === 0);
}

/** The newest of `steps`, in order, that is not after `step`; the first of them if all are. */
export const latest = (steps, step) => steps.findLast((one) => one <= step) ?? steps[0];
