// The step at which each run is shown, shared by all tabs.

const steps = new Map(); // of runs that are not shown at their newest step
const listeners = new Set();

/** Set the shown step of a run (its name without "run:"); null is the newest. */
export function setShownStep(run, step) {
  if (shownStep(run) === step) return;
  if (step === null) steps.delete(run);
  else steps.set(run, step);
  for (const listener of listeners) listener(run, step);
}

/** Return the shown step of a run, or null for the newest. */
export const shownStep = (run) => steps.get(run) ?? null;

/** Call listener(run, step) whenever the shown step changes. */
export const onShownStep = (listener) => listeners.add(listener);

/** Return the step in a text of the address, or null if it has none. */
export const stepOf = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null);

/**
 * Split a model's id into the id without step and the step: "run:x@120" is ["run:x", 120];
 * see gan/recipes/model_ids.py.
 */
export function splitId(model) {
  const [, base, step] = /^(run:.+)@(0|[1-9]\d{0,8})$/.exec(model) ?? [];
  return base ? [base, Number(step)] : [model, null];
}
