// The texts of the tab.

import { fill } from "../core/dom.js";

/** Return say("key", {values}): the text "interpolate.key" with its values filled in. */
export const speaker =
  (words) =>
  (key, values = {}) =>
    fill(words[`interpolate.${key}`] ?? key, values);
