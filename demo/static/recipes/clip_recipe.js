// The recipe of a clip: JSON in a link, inside the exported file, and beside it; see
// gan/recipes/clip_recipe.py.

import { floats } from "../core/base64.js";
import { classOf } from "../core/keyframe_store.js";
import { packLatent } from "./image_recipe.js";

const FORMAT = 1; // of the JSON
const MARK = "latent_studio_clip";
const CLASSES_MOST = 10; // in the name of a file

function packKey({ seed, label, z, weights, hold = 0, length = 1 }, classes) {
  /** @type {any} */
  const key = { seed };
  const own = z && packLatent(seed, z);
  if (own) key.z = own;
  if (classes) key.class = weights ?? label;
  if (hold !== 0) key.hold = hold;
  if (length !== 1) key.length = length;
  return key;
}

/** Return the name of a recipe's file, without suffix, as demo/interpolate/clips.py does. */
export function fileName({ model, keys, path, frames }) {
  const strongest = (classes) =>
    Array.isArray(classes) ? classes.indexOf(Math.max(...classes)) : classes;
  const classes = keys.map((key) => strongest(key.class));
  const named = classes.length <= CLASSES_MOST && !classes.includes(undefined) ? classes : [];
  const safe = model.replace(/[^A-Za-z0-9]/gu, "-").slice(0, 60);
  return ["latent-studio", safe, ...named, path, `${frames}f`].join("-");
}

/** Converts the state of the page to recipes and back. */
export class ClipRecipes {
  /** `limits`: those of gan/recipes/limits.py. */
  constructor(limits) {
    this.limits = limits;
    /** Everything but the model and the keyframes, as it is when a recipe leaves it out. */
    this.defaults = Object.fromEntries(
      Object.entries(limits.clip).map(([name, limit]) => [name, limit.default]),
    );
  }

  /**
   * Make a recipe of the page's state {model, keys: [{seed, label, z?, weights?, hold?, length?}],
   * ...}, whose keys fit the model {model_id, classes}.
   */
  pack({ model, keys, ...chosen }, { model_id, classes }) {
    const { motion, ...settings } = { ...this.defaults, ...chosen };
    return {
      [MARK]: FORMAT,
      model,
      model_id,
      keys: keys.map((key) => packKey(key, classes)),
      ...settings,
      ...(motion === this.defaults.motion ? {} : { motion }),
    };
  }

  /** Return the state that `pack` took, and model_id; the label of blended classes is the strongest. */
  unpack({ [MARK]: _, keys, ...own }) {
    const unpackKey = ({ z, class: classes, ...timed }) => ({
      ...timed,
      ...classOf(classes, this.limits),
      ...(z === undefined ? {} : { z: Array.from(floats(z)) }),
    });
    return { ...own, keys: keys.map(unpackKey) };
  }

  /** Return a recipe without the fields that have their default, for a link. */
  short(recipe) {
    const own = Object.entries(recipe).filter(([name, value]) => value !== this.defaults[name]);
    return Object.fromEntries(own);
  }
}
