// What was done to a run, in words: of marks as demo/train/watch/sources.py writes them.

/** {step, kind, text} of [step, kind, changes, the step it came from, a note in English]. */
export function markWords([step, kind, changes, from, note], say) {
  const made = changesInWords(changes, say);
  const key = `watch.mark_${kind.replaceAll(" ", "_")}${made ? "" : "_plain"}`;
  const values = {
    step: step.toLocaleString(),
    from: (from ?? step).toLocaleString(),
    changes: made,
  };
  const told = say(key, values);
  const text = told === key ? note || say("watch.mark_other", { ...values, kind }) : told;
  return { step, kind, text };
}

/** Changed settings: "Learning rate of D 0.0001, R1 penalty 1". */
export const changesInWords = (changes, say) =>
  Object.entries(changes)
    .map(([name, value]) => `${say(`train.${name}`)} ${shortly(value)}`)
    .join(", ");

const shortly = (value) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);
