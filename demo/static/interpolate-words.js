// The tab's texts.

const { fill } = await import("./dom.js" + new URL(import.meta.url).search);

/** say("key", {values}): the text "interpolate.key" of these words with its values filled in. */
export const speaker = (words) => (key, values = {}) =>
  fill(words[`interpolate.${key}`] ?? key, values);
