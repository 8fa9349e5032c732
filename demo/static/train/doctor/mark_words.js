// The marks of demo/train/watch/sources.py in words.

/** Convert [step, kind, changes, the previous step, a note in English] to {step, kind, text}. */
export function markWords([step, kind, changes, from, note], say) {
  const made = changesInWords(changes, say);
  const key = `watch.mark_${kind.replaceAll(" ", "_")}${made ? "" : "_plain"}`;
  const values = {
    step: step.toLocaleString(),
    from: (from ?? step).toLocaleString(),
    changes: made,
  };
  const known = say(key, values);
  const text = known === key ? note || say("watch.mark_other", { ...values, kind }) : known;
  return { step, kind, text };
}

/** Format changed settings: "Learning rate of D 0.0001, R1 penalty 1". */
export const changesInWords = (changes, say) =>
  Object.entries(changes)
    .map(([name, value]) => `${say(`train.${name}`)} ${shortly(value)}`)
    .join(", ");

const shortly = (value) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);
