// Two runs' curves over each other: their rows, which need not be at the same steps, as one table.

/**
 * [[step, y of the first run, y of the second], ...] of two lists of rows [step, ...], where
 * `column` is what to compare; null where a run was not measured at that step.
 */
export function merged(first, second, column) {
  const known = [first, second].map(
    (rows) =>
      new Map(
        rows.filter((row) => (row[column] ?? null) !== null).map((row) => [row[0], row[column]]),
      ),
  );
  const steps = [...new Set(known.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  return steps.map((step) => [step, ...known.map((one) => one.get(step) ?? null)]);
}

/** Halve the older rows when there are too many; the newest stay as they came. */
export function thinned(rows, most) {
  if (rows.length <= most) return rows;
  const half = rows.length >> 1;
  return rows.filter((_, index) => index >= half || index % 2 === 0);
}

/** The newest of `steps`, in order, that is not after `step`; the first of them if all are. */
export const latest = (steps, step) => steps.findLast((one) => one <= step) ?? steps[0];
