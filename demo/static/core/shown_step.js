// Which step of a run is on show: one for the page, so that what is scrubbed on one tab is what
// the others draw with.

const steps = new Map(); // of runs that are not shown at their newest
const listeners = new Set();

/** A run (its name, without "run:") is shown as it was at `step` from now on; null: the newest. */
export function setShownStep(run, step) {
  if (shownStep(run) === step) return;
  if (step === null) steps.delete(run);
  else steps.set(run, step);
  for (const heard of listeners) heard(run, step);
}

/** The step at which a run is on show, or null for the newest. */
export const shownStep = (run) => steps.get(run) ?? null;

/** Call heard(run, step) whenever a moment is set. */
export const onShownStep = (heard) => listeners.add(heard);

/**
 * A model's id without its step, and the step: "run:x@120" is "run:x" at 120;
 * gan/recipes/model_ids.py.
 */
export function parted(model) {
  const [, base, step] = /^(run:.+)@(0|[1-9]\d{0,8})$/.exec(model) ?? [];
  return base ? [base, Number(step)] : [model, null];
}
