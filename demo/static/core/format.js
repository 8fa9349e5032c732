// Formatting of durations, sizes and measured values.

/** Format seconds as "42 s", "3 min", "3 min 20 s" or "1 h 5 min" in the page's language. */
export function clock(seconds, say) {
  const s = Math.round(seconds);
  if (s < 60) return say("train.s", { s });
  const m = Math.floor(s / 60);
  if (s < 3600) return s % 60 ? say("train.min_s", { m, s: s % 60 }) : say("train.min", { m });
  return say("train.h_min", { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
}

/** Format seconds rounded up, for times that are only estimated: "40 s", "3 min" or "1 h 5 min". */
export function roughly(seconds, say) {
  if (seconds <= 50) return say("train.s", { s: Math.max(10, 10 * Math.ceil(seconds / 10)) });
  const m = Math.ceil(seconds / 60);
  return m < 60 ? say("train.min", { m }) : clock(60 * m, say);
}

/** Format a number of bytes: "45 MB". */
export function fileSize(bytes) {
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value.toFixed(value < 10 && power ? 1 : 0)} ${["B", "kB", "MB", "GB"][power]}`;
}

/** Format a measured value with about three digits. */
export const brief = (y) => (y >= 100 ? y.toFixed(0) : y >= 10 ? y.toFixed(1) : y.toFixed(2));

/**
 * Format a number as "10,000", as in both languages of the page, whatever the browser's region.
 *
 * @param {any} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export const formatNumber = (value, options) => value?.toLocaleString("en", options);

/** Format a percentage: "50 %", in Chinese "50%". */
export const percent = (share, say) => say("app.percent", { share });

/** Format "name: text". */
export const labelled = (name, text, say) => say("app.label", { name, text });

/** Join sentences and empty texts; no space follows a Chinese full stop. */
export const sentences = (parts) =>
  parts
    .filter((part) => part)
    .join(" ")
    .replace(/(?<=[。！？]) /g, "");

/** Describe a step of a run. */
export const atStep = (step, say) => say("train.at_step", { step: formatNumber(step) });
