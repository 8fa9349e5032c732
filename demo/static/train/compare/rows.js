// Merges the rows of two runs, which may have different steps, into one table.

/**
 * Return [[step, y of the first run, y of the second], ...] of two lists of rows [step, ...];
 * `column` is the compared one; y is null where a run has no row at that step.
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

/** Return the last of the sorted `steps` that is not after `step`, or the first of all. */
export const latest = (steps, step) => steps.findLast((one) => one <= step) ?? steps[0];
