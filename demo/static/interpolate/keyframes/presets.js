// Presets: loops with keyframes and settings of the path; those of the file stay.

import { firstKeys } from "../../core/keyframe_store.js";

const SEEDS = [7, 21, 33, 2, 58, 71]; // of well-formed digits
const PLAIN = { path: "spline", closed: true, easing: "none", even: true, back: false };

/**
 * Return the presets for a model: [{name, thumb, keys, settings}]; `thumb` is the key of its picture.
 * `label` is the chosen class.
 */
export function presets({ classes, data, motion }, label) {
  const digits = classes === 10 && data === "mnist";
  const preset = (name, thumb, keys, settings) => ({
    name,
    thumb,
    keys,
    settings: { ...PLAIN, ...settings },
  });
  const keys = SEEDS.map((seed) => ({ seed, label }));
  const made = [preset("ready", firstKeys()[0], firstKeys(), { seconds: 5 })];
  if (motion) made.push(preset("clip", keys[0], [keys[0]], { seconds: 5 }));
  if (classes > 1) {
    const ring = Array.from({ length: Math.min(classes, 64) }, (_, i) => ({ seed: 7, label: i }));
    const settings = { seconds: Math.max(5, classes), easing: "hold" };
    made.push(preset(digits ? "digits" : "classes", ring[0], ring, settings));
  }
  const several = classes ? "class_hands" : "many";
  made.push(preset(digits ? "hands" : several, keys[3], keys, { seconds: 6 }));
  made.push(preset("walk", keys[5], [keys[5]], { seconds: 12, path: "walk" }));
  return made;
}
