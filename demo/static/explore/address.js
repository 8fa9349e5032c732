// The picture of Explore as texts in the address: seed=7&class=3, and scale and z if they were moved.

import { floats, fromUrl, toUrl } from "../core/base64.js";
import { validPicture } from "../core/storage.js";
import { latent, SEED_MAX } from "../latent/latents.js";
import { packLatent } from "../recipes/image_recipe.js";

/** Return the texts of a state; `classes`: the number of classes of its model. */
export function textsOf({ seed, z, classes, scale }, { classes: count }) {
  const own = packLatent(seed, z);
  return {
    seed: String(seed),
    ...(count ? { class: String(classes) } : {}), // blended classes: a list
    ...(scale === 1 ? {} : { scale: String(scale) }),
    ...(own ? { z: toUrl(own) } : {}),
  };
}

/** Return the state of foreign texts if it is valid for latents of this length, else null. */
export function stateOf({ seed, class: classes = "0", scale = "1", z }, zDim) {
  try {
    const weights = classes.split(",").map(Number);
    const number = seed ? Number(seed) : NaN;
    const state = {
      seed: number,
      z: Array.from(z ? floats(fromUrl(z)) : latent(number, zDim)),
      classes: weights.length > 1 ? weights : weights[0],
      scale: Number(scale),
    };
    return validPicture(state, zDim, SEED_MAX);
  } catch {
    return null; // z is no base64
  }
}
