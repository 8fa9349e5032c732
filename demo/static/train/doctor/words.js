// The diagnoses of gan/monitor/doctor.py and the marks of demo/train/watch/sources.py in words.

import { fill, number } from "../../core/dom.js";
import { formatNumber, percent, sentences } from "../../core/format.js";

const ILL = ["d_winning", "d_blind", "collapsing", "diverged", "memorising"];
const LEAST = 0.001; // a smaller value says no more
const SHARES = /(^|_)(share|confidence|gap|overfit|separation)$/; // 0..1, shown in percent

/** Whether a diagnosis is an illness. */
export const isIll = (finding) => ILL.includes(finding?.state);

/** Return the sentences of a diagnosis whose values are all known, or "". */
export function sentence(finding, words) {
  if (!finding) return "";
  const entries = Object.entries(finding.values).map(([name, value]) => [name, plain(name, value)]);
  const values = Object.fromEntries(entries);
  const texts = ["state", "measured", "more", "spread", "live", "also"].map((part) =>
    fill(words[`doctor.${part}.${finding.state}`] ?? "", values),
  );
  return sentences(texts.filter((text) => !/\{\w+\}/.test(text)));
}

/** Format a measured value with its unit. */
export const figure = (name, value, say) =>
  SHARES.test(name) ? percent(plain(name, value), say) : plain(name, value);

function plain(name, value) {
  if (typeof value !== "number") return String(value);
  if (SHARES.test(name)) return shareOf100(100 * value);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return formatNumber(Math.round(value));
  if (value !== 0 && Math.abs(value) < LEAST) return `< ${LEAST}`;
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

// 99.6 % must not become 100 %
function shareOf100(share) {
  const close = (share > 98 && share < 100) || (share > 0 && share < 2);
  return number(share, close ? 1 : 0);
}

/** Say of each remedy that was applied whether it helped, and when only a new run can help. */
export function trialsInWords({ trials = [], restart = false }, say) {
  const parts = trials.map(([name, step, helped]) => {
    const key = helped === null ? "pending" : helped ? "helped" : "failed";
    const remedy = say(`doctor.remedy.${name}`);
    return say(`doctor.trial.${key}`, { remedy, step: formatNumber(step) });
  });
  if (restart) parts.push(say("doctor.restart"));
  return sentences(parts);
}

/** Convert [step, kind, changes, the previous step, a note in English] to {step, kind, text}. */
export function markWords([step, kind, changes, from, note], say) {
  const made = changesInWords(changes, say);
  const key = `watch.mark_${kind.replaceAll(" ", "_")}${made ? "" : "_plain"}`;
  const values = { step: formatNumber(step), from: formatNumber(from ?? step), changes: made };
  const known = say(key, values);
  const text = known === key ? note || say("watch.mark_other", { ...values, kind }) : known;
  return { step, kind, text };
}

/** Format changed settings: "Learning rate of D 0.0001, R1 penalty 1". */
export const changesInWords = (changes, say) =>
  Object.entries(changes)
    .map(([name, value]) => `${say(`train.${name}`)} ${shortly(value)}`)
    .join(say("app.comma"));

const shortly = (value) => (typeof value === "number" ? Number(value.toPrecision(3)) : value);
