// Presets: loops with keyframes and settings of the path; those of the file stay.

import { firstKeys } from "../../core/keyframe_store.js";

const HANDS = [7, 21, 33, 2, 58, 71, 90, 14]; // seeds of well-formed digits
const PLAIN = { path: "spline", closed: true, easing: "none", even: true, back: false };

/** Whether the classes of a model are the ten digits. */
const digits = ({ data, classes }) => classes === 10 && data === "mnist";

/**
 * Return the presets for a model: [{name, thumb, keys, settings}]; `thumb` is the key of its picture.
 * `label` is the chosen class.
 */
export function presets(about, label) {
  const { classes } = about;
  const some = (seeds, of) => seeds.map((seed) => ({ seed, label: of }));
  const ring = Array.from({ length: Math.min(classes, 64) }, (_, i) => ({ seed: 7, label: i }));
  const made = [
    { name: "ready", thumb: firstKeys()[0], keys: firstKeys(), seconds: 5 },
    classes > 1 && {
      name: digits(about) ? "digits" : "classes",
      thumb: ring[0],
      keys: ring,
      seconds: Math.max(5, classes),
      easing: "hold",
    },
    {
      name: digits(about) ? "hands" : classes ? "class_hands" : "many",
      thumb: { seed: HANDS[3], label },
      keys: some(HANDS.slice(0, 6), label),
      seconds: 6,
    },
    {
      name: "walk",
      thumb: { seed: HANDS[5], label },
      keys: some([HANDS[5]], label),
      seconds: 12,
      path: "walk",
    },
  ];
  return made
    .filter((one) => one)
    .map(({ name, thumb, keys, ...settings }) => ({
      name,
      thumb,
      keys,
      settings: { ...PLAIN, ...settings },
    }));
}
