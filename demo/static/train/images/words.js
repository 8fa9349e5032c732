// Texts on imported images and clips: progress, durations, and skipped files.

import { formatNumber, sentences } from "../../core/format.js";

/** Return a line for each reason for skipped files, and for changes to accepted ones. */
export function leftOut({ skipped = [], noted = {} }, say) {
  const lines = skipped.map(({ key, count, example, values }) => {
    const why = say(`skipped_${key}`, plain(values));
    const line = say("left_out_line", { count: formatNumber(count), why });
    return example ? sentences([line, say("such_as", { example })]) : line;
  });
  const notes = Object.entries(noted).map(([key, count]) =>
    say(`noted_${key}`, { count: formatNumber(count) }),
  );
  return [...lines, ...notes];
}

/** Return why an import failed. */
export const failure = ({ key, values, sentence }, say, words) =>
  words[`images.error_${key}`] ? say(`error_${key}`, plain(values)) : sentence;

/** Describe the progress of an import. */
export function progress({ done, total, kept, left_s: left }, say) {
  if (!total) return say("listing");
  const count = (n) => formatNumber(n);
  const line = say("reading", { done: count(done), total: count(total), kept: count(kept) });
  return left > 1 ? sentences([line, say("left", { s: count(left) })]) : line;
}

/** Describe when a collection is deleted; "" if it stays. */
export function lasting({ left_h: hours }, say) {
  if (hours === null || hours === undefined) return "";
  if (hours < 1) return say("gone_in_min", { min: Math.max(1, Math.round(60 * hours)) });
  return say("gone_in_h", { h: Math.round(hours) });
}

/** Describe who can see the images, and how long they are stored. */
export function privacy({ kept_h: hours, folders: local }, say) {
  const kind = local ? "private_local" : "private";
  return say(hours === null ? kind : `${kind}_h`, { hours });
}

// Format the numbers among the values of a text.
const plain = (values = {}) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, formatNumber(value)]));
