// The tab's texts.

import { fill } from "../core/dom.js";

/** say("key", {values}): the text "interpolate.key" of these words with its values filled in. */
export const speaker =
  (words) =>
  (key, values = {}) =>
    fill(words[`interpolate.${key}`] ?? key, values);
