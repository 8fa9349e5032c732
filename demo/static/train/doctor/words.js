// The diagnoses of demo/train/watch/doctor.py in words.

import { fill } from "../../core/dom.js";

const ILL = ["d_winning", "d_blind", "collapsing", "diverged", "memorising"];
const SHARES = /(^|_)(share|confidence|gap|separation)$/; // 0..1, shown in percent

/** Whether a diagnosis is an illness. */
export const isIll = (finding) => ILL.includes(finding?.state);

/** Return the one or two sentences of a diagnosis whose values are all known, or "". */
export function sentence(finding, words) {
  if (!finding) return "";
  const entries = Object.entries(finding.values).map(([name, value]) => [name, plain(name, value)]);
  const values = Object.fromEntries(entries);
  return ["state", "more"]
    .map((part) => fill(words[`doctor.${part}.${finding.state}`] ?? "", values))
    .filter((text) => text && !/\{\w+\}/.test(text))
    .join(" ");
}

/** Format a measured value with its unit. */
export const figure = (name, value) => plain(name, value) + (SHARES.test(name) ? " %" : "");

function plain(name, value) {
  if (typeof value !== "number") return String(value);
  if (SHARES.test(name)) return percent(100 * value);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString();
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

// 99.6 % must not become 100 %
function percent(share) {
  const close = (share > 98 && share < 100) || (share > 0 && share < 2);
  return share.toFixed(close ? 1 : 0).replace("-", "\u2212");
}
