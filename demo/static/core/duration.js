// Formatting of durations.

/** Format seconds as "42 s", "3 min 20 s" or "1 h 5 min" in the page's language. */
export function clock(seconds, say) {
  const s = Math.round(seconds);
  if (s < 60) return say("train.s", { s });
  if (s < 3600) return say("train.min_s", { m: Math.floor(s / 60), s: s % 60 });
  return say("train.h_min", { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
}
