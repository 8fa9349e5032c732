// The recipe of a picture: JSON in a link and inside a PNG; see gan/recipes/image_recipe.py.

import { base64, floats } from "../core/base64.js";
import { latent } from "../latent/latents.js";

const FORMAT = 1; // of the JSON

/** A recipe that cannot be opened or shared; the message is a sentence in the page's language. */
export class RecipeError extends Error {}

/** Return z as base64 of float32 numbers; undefined if it is the latent of the seed. */
export function packLatent(seed, z) {
  const exact = Float32Array.from(z);
  const home = latent(seed, exact.length);
  const moved = exact.some((x, i) => !Object.is(x, home[i]));
  return moved ? base64(new Uint8Array(exact.buffer)) : undefined;
}

/** Make a recipe of a state with z as numbers; `classes` is null for a model without classes. */
export function packPicture({ model, model_id, seed, z, classes, scale }) {
  /** @type {any} */
  const recipe = { latent_studio: FORMAT, model, model_id, seed };
  const own = packLatent(seed, z);
  if (own) recipe.z = own;
  if (classes !== null) recipe.classes = classes;
  return { ...recipe, scale };
}

/**
 * Return the state {seed, z: Float32Array(z_dim), classes, scale}; classes null without classes.
 *
 * z_dim, classes: of the model that draws it. Throws RecipeError if the recipe does not fit it.
 */
export function unpackPicture(
  { seed, z: own, classes = null, scale },
  { z_dim, classes: count },
  words,
) {
  const z = own === undefined ? latent(seed, z_dim) : floats(own);
  const blended = Array.isArray(classes) && classes.length === count;
  const fits = count ? blended || (Number.isInteger(classes) && classes < count) : classes === null;
  if (z.length !== z_dim || !fits) throw new RecipeError(words["recipe.other_model"]);
  return { seed, z, classes, scale };
}

/**
 * Format a class or blended classes: "3", "3+8", "3−8", "" for none; with class
 * names "cat", "cat + dog".
 */
export function classText(classes, names = []) {
  const called = (i) => names[i] ?? String(i);
  if (!Array.isArray(classes)) return called(classes ?? "");
  const order = classes
    .map((weight, i) => ({ weight, i, size: Math.abs(weight) }))
    .sort((a, b) => b.size - a.size || a.i - b.i);
  const seen = order.filter(({ size }) => size > 0 && size >= order[0].size / 10);
  const room = seen.some(({ i }) => called(i).length > 2) ? " " : ""; // around the sign
  const shown = seen.slice(0, 3).map(({ weight, i }, at) => {
    const sign = weight < 0 ? "\u2212" : at ? "+" : "";
    return `${at ? room + sign + room : sign}${called(i)}`;
  });
  return shown.join("") + (seen.length > 3 ? "\u2026" : "") || "0";
}
