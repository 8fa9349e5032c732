// Validation of recipes against the limits of gan/recipes/limits.py, which a panel gets as a prop.

import { floats } from "../core/base64.js";

export const within = (x, low, high) => typeof x === "number" && x >= low && x <= high;

/** Whether a value of untrusted JSON keeps to one of the limits. */
export function allowed(x, limit) {
  if (limit.flag) return typeof x === "boolean";
  if (limit.choices) return limit.choices.includes(x);
  if (limit.digits)
    return typeof x === "string" && /^[0-9a-f]+$/.test(x) && x.length === limit.digits;
  if (limit.most !== undefined) return isText(x, limit);
  if (limit.count) return isLatent(x, limit);
  if (limit.classes) return isClasses(x, limit);
  if (limit.above !== undefined) return within(x, limit.above, limit.high) && x > limit.above;
  return within(x, limit.low, limit.high) && (!limit.whole || Number.isInteger(x));
}

/** Text without control characters and lone surrogates. */
function isText(x, { least, most }) {
  if (typeof x !== "string" || x.length > 2 * most) return false;
  return within([...x].length, least, most) && !/[\p{Cc}\p{Cs}]/u.test(x);
}

/** Base64 of float32 numbers. */
function isLatent(z, { count: [least, most], limit }) {
  // checked before it is decoded: `atob` accepts more than Python does
  if (typeof z !== "string" || z.length % 4 || z.length > 6 * most) return false;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(z)) return false;
  const { length } = atob(z);
  const whole = length % 4 === 0 && within(length / 4, least, most);
  return whole && floats(z).every((x) => Math.abs(x) <= limit); // false for NaN
}

/** A class, or a weight for each. */
function isClasses(x, { classes, weight }) {
  if (!Array.isArray(x)) return Number.isInteger(x) && within(x, 0, classes - 1);
  return within(x.length, 1, classes) && x.every((one) => within(one, -weight, weight));
}
