// All it takes to draw a picture again: plain JSON that travels in a link and inside a PNG.
// gan/recipes/image_recipe.py keeps the same rules; a test holds the two to one verdict on every
// recipe.

import { base64, bytes, floats } from "../core/base64.js";
import { fill } from "../core/dom.js";
import { latent, SEED_MAX } from "../latent/latents.js";

export const TEXT_MAX = 20000; // characters
const FORMAT = 1; // of the JSON
const Z_COUNT = [2, 512];
const Z_LIMIT = 100; // of one number; what a model has seen lies within 6
const WEIGHT_LIMIT = 10;
const CLASSES_MAX = 1000;
const SCALE_MAX = 3;
const DEPTH_MAX = 32; // of lists and objects in one another
const HASH = "#recipe=";

/** What is wrong with a recipe: `message` is the key of a text, `values` fill its {names}. */
export class RecipeError extends Error {
  constructor(key, values = {}) {
    super(key);
    this.values = values;
  }
}

/** The sentence for a RecipeError in the page's language; any other error is thrown again. */
export function explain(error, words) {
  if (!(error instanceof RecipeError)) throw error;
  return fill(words[error.message] ?? error.message, error.values);
}

// What fields of every kind of recipe may be.
export const within = (x, low, high) => typeof x === "number" && x >= low && x <= high;
export const whole = (x, low, high) => Number.isInteger(x) && x >= low && x <= high;
export const goodId = (x) => typeof x === "string" && /^[0-9a-f]{12}$/.test(x);

/** Whether it is text of so many characters, all of them such as files and terminals take. */
export function goodText(x, low, high) {
  if (typeof x !== "string" || x.length > 2 * high) return false;
  return within([...x].length, low, high) && !/[\p{Cc}\p{Cs}]/u.test(x); // controls, half pairs
}

/** A new object with only a recipe's own fields, all of them right. Throws RecipeError. */
export function check(given) {
  const has = (name) => Object.hasOwn(given, name);
  if (typeof given !== "object" || given === null || Array.isArray(given)) given = {};
  const made = has("latent_studio") ? given.latent_studio : null;
  if (!Number.isInteger(made) || made < 1) throw new RecipeError("recipe.not_one");
  if (made > FORMAT) throw new RecipeError("recipe.newer", { version: made });
  const need = (fine, name) => {
    if (!fine) throw new RecipeError(`recipe.bad_${name}`);
  };
  const { model, model_id, seed, z, classes, scale } = given;
  need(has("seed") && whole(seed, 0, SEED_MAX), "seed");
  need(has("scale") && within(scale, 0, SCALE_MAX), "scale");
  need(has("model_id") && goodId(model_id), "id");
  need(has("model") && goodText(model, 1, 200), "model");
  need(!has("z") || goodZ(z), "z");
  need(!has("classes") || goodClasses(classes), "classes");
  /** @type {any} */
  const recipe = { latent_studio: FORMAT, model, model_id, seed };
  if (has("z")) recipe.z = z;
  if (has("classes")) recipe.classes = Array.isArray(classes) ? [...classes] : classes;
  return { ...recipe, scale };
}

/** Base64 of float32 numbers that can be a latent. */
export function goodZ(z) {
  // checked before it is decoded: `atob` forgives more than Python does
  if (typeof z !== "string" || z.length % 4 || z.length > 6 * Z_COUNT[1]) return false;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(z)) return false;
  const { length } = atob(z);
  return (
    length % 4 === 0 &&
    within(length / 4, ...Z_COUNT) &&
    floats(z).every((x) => Math.abs(x) <= Z_LIMIT)
  ); // nan compares false
}

/** A class, or a weight for each. */
export function goodClasses(classes) {
  if (!Array.isArray(classes)) return whole(classes, 0, CLASSES_MAX - 1);
  return (
    within(classes.length, 1, CLASSES_MAX) &&
    classes.every((x) => within(x, -WEIGHT_LIMIT, WEIGHT_LIMIT))
  );
}

/** How deep lists and objects lie in one another in a JSON text. */
function depth(text) {
  let [level, deepest, quoted] = [0, 0, false];
  for (const [sign] of text.matchAll(/\\.|["[\]{}]/gs)) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === "[" || sign === "{")) deepest = Math.max(deepest, (level += 1));
    else if (!quoted && (sign === "]" || sign === "}")) level -= 1;
  }
  return deepest;
}

/** What a stranger's JSON says. Throws RecipeError. */
export function load(text) {
  try {
    // measured beforehand: how deep a reader can go depends on its language and on its caller
    if (depth(text) <= DEPTH_MAX) return JSON.parse(text);
  } catch {
    // said below
  }
  throw new RecipeError("recipe.damaged");
}

/** A recipe of its JSON text. Throws RecipeError. */
export function parse(text) {
  if (text.length > TEXT_MAX) throw new RecipeError("recipe.long", { limit: TEXT_MAX });
  return check(load(text));
}

/** base64url of a value's JSON. */
export function toLink(value) {
  const json = new TextEncoder().encode(JSON.stringify(value));
  return base64(json).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The JSON that `toLink` wrote. Throws RecipeError. */
export function fromLink(text) {
  try {
    if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Error("not base64url");
    const raw = bytes(text.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    throw new RecipeError("recipe.damaged");
  }
}

/** base64url of the recipe's JSON. Throws RecipeError rather than make what cannot be opened. */
export function encode(recipe) {
  const text = toLink(check(recipe));
  if (text.length > TEXT_MAX) throw new RecipeError("recipe.long", { limit: TEXT_MAX });
  return text;
}

/** The recipe that `encode` wrote. Throws RecipeError. */
export function decode(text) {
  if (text.length > TEXT_MAX) throw new RecipeError("recipe.long", { limit: TEXT_MAX });
  return parse(fromLink(text));
}

/** What a link to this recipe ends in. */
export function toHash(recipe) {
  return HASH + encode(recipe);
}

/** The recipe of `location.hash`; null when it names none. Throws RecipeError. */
export function fromHash(hash) {
  return hash.startsWith(HASH) ? decode(hash.slice(HASH.length)) : null;
}

/** A recipe of a state with z as numbers; classes null or missing for a model without any. */
export function pack({ model, model_id, seed, z, classes, scale }) {
  const exact = Float32Array.from(z);
  const home = latent(seed, exact.length);
  const recipe = { latent_studio: FORMAT, model, model_id, seed, scale };
  const moved = exact.some((x, i) => !Object.is(x, home[i]));
  if (moved) recipe.z = base64(new Uint8Array(exact.buffer));
  if (classes !== null && classes !== undefined) {
    recipe.classes = typeof classes === "number" ? classes : Array.from(classes);
  }
  return check(recipe);
}

/**
 * The state that `pack` took, z a Float32Array(z_dim), classes null where there are none.
 *
 * z_dim, classes: of the model that is to draw it. Throws RecipeError if it does not fit them.
 */
export function unpackRecipe(recipe, { z_dim, classes }) {
  const own = check(recipe);
  const z = "z" in own ? floats(own.z) : latent(own.seed, z_dim);
  const fits = Array.isArray(own.classes)
    ? own.classes.length === classes
    : classes
      ? own.classes < classes
      : own.classes === undefined;
  if (z.length !== z_dim || !fits) throw new RecipeError("recipe.other_model");
  const { model, model_id, seed, scale } = own;
  return { model, model_id, seed, z, classes: own.classes ?? null, scale };
}

/**
 * A class, or blended ones, in a few characters: "3", "3+8", "3−8", "" for none; with the classes'
 * names "cat", "cat + dog".
 */
export function classText(classes, names = []) {
  const called = (i) => names[i] ?? String(i);
  if (!Array.isArray(classes)) return called(classes ?? "");
  const order = classes
    .map((weight, i) => ({ weight, i, size: Math.abs(weight) }))
    .sort((a, b) => b.size - a.size || a.i - b.i);
  const seen = order.filter(({ size }) => size > 0 && size >= order[0].size / 10);
  const room = seen.some(({ i }) => called(i).length > 2) ? " " : ""; // about the sign
  const shown = seen.slice(0, 3).map(({ weight, i }, at) => {
    const sign = weight < 0 ? "\u2212" : at ? "+" : "";
    return `${at ? room + sign + room : sign}${called(i)}`;
  });
  return shown.join("") + (seen.length > 3 ? "\u2026" : "") || "0";
}
