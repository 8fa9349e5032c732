// All it takes to make a clip again: plain JSON in a link, inside the file, and beside it.
// gan/recipes/clip_recipe.py keeps the same rules; a test holds the two to one verdict on every
// recipe.

import { base64, floats } from "../core/base64.js";
import { latent, SEED_MAX } from "../latent/latents.js";
import * as recipes from "./image_recipe.js";
const { RecipeError, goodClasses, goodId, goodText, goodZ, toLink, fromLink, whole, within } =
  recipes;

export const TEXT_MAX = 400000; // characters of JSON
const LINK_MAX = 64000; // characters; browsers and messengers cut longer links
const FORMAT = 1; // of the JSON
const MARK = "latent_studio_clip";
const HASH = "#clip=";
const KEYS = [1, 64];
/** @type {[string, number[], number][]} */
const TIMES = [
  ["hold", [0, 8], 0],
  ["length", [0.1, 10], 1],
]; // in average segments; as usual

/** How many keyframes each path joins. */
export const PATH_KEYS = { spline: [2, 64], slerp: [2, 64], circle: [2, 2], walk: [1, 64] };
/** The paths that cannot be open. */
const ALWAYS_CLOSED = ["circle", "walk"];

/** What is wrong with a clip: `message` is the key of a text, `values` fill its {names}. */
export class ClipError extends RecipeError {}

// A rule is [whether a value is right, the text that says what would be, its values].
const count = (low, high) => [(x) => whole(x, low, high), "whole", { low, high }];
const choice = (...words) => [(x) => words.includes(x), "choice", { words: words.join(", ") }];
const flag = [(x) => typeof x === "boolean", "flag", {}];

// In the order in which they are checked; with what they are when they are left out.
/** @type {Record<string, any[]>} */
const RULES = {
  path: [...choice(...Object.keys(PATH_KEYS)), "spline"],
  closed: [...flag, true],
  wander: [...count(0, SEED_MAX), 0],
  easing: [...choice("none", "smooth", "hold"), "none"],
  even: [...flag, true],
  back: [...flag, false],
  tiles: [...count(1, 4), 1],
  frames: [...count(2, 100000), 125],
  fps: [(x) => within(x, 0, 240) && x > 0, "fps", { limit: 240 }, 25],
  format: [...choice("gif", "mp4", "webm", "webp", "apng", "zip", "sprite"), "gif"],
  scale: [...count(1, 64), 16],
  smooth: [...flag, false],
  loops: [...count(0, 1000), 0],
  border: [...count(0, 256), 0],
  caption: [(x) => goodText(x, 0, 80), "caption", { limit: 80 }, ""],
  colours: [...choice("grey", "inverted", "ember", "ocean", "meadow", "neon"), "grey"],
};

/** Everything but the model and the keyframes, as it is when a recipe leaves it out. */
export const DEFAULTS = Object.freeze(
  Object.fromEntries(Object.entries(RULES).map(([name, rule]) => [name, rule[3]])),
);

function need(fine, key, values = {}) {
  if (!fine) throw new ClipError(`clip.${key}`, values);
}

/** A new object with all of a recipe's own fields, all of them right. Throws ClipError. */
export function check(given) {
  if (typeof given !== "object" || given === null || Array.isArray(given)) given = {};
  const has = (name) => Object.hasOwn(given, name);
  const get = (name) => (has(name) ? given[name] : undefined);
  need(has(MARK) || !has("latent_studio"), "picture");
  need(has(MARK) || !has("latent_studio_growth"), "film");
  const made = get(MARK);
  need(Number.isInteger(made) && made >= 1, "not_one");
  need(made <= FORMAT, "newer", { version: made });
  const [model, model_id] = [get("model"), get("model_id")];
  need(goodText(model, 1, 200), "model");
  need(goodId(model_id), "model_id");
  const keys = checkKeys(get("keys"));
  /** @type {any} */
  const recipe = { [MARK]: FORMAT, model, model_id, keys };
  for (const [field, [fine, text, values, usual]] of Object.entries(RULES)) {
    need(!has(field) || fine(given[field]), text, { field, ...values });
    recipe[field] = has(field) ? given[field] : usual;
  }
  checkTogether(recipe);
  return recipe;
}

function checkKeys(given) {
  const [low, high] = KEYS;
  need(Array.isArray(given) && within(given.length, low, high), "keys", { low, high });
  return Array.from(given, (one, i) => checkKey(one, i + 1));
}

function checkKey(given, number) {
  const plain = typeof given === "object" && given !== null && !Array.isArray(given);
  need(plain, "key", { number });
  const has = (name) => Object.hasOwn(given, name);
  const { seed, z, class: classes } = given;
  need(has("seed") && whole(seed, 0, SEED_MAX), "key_seed", { number, limit: SEED_MAX });
  need(!has("z") || goodZ(z), "key_z", { number });
  need(!has("class") || goodClasses(classes), "key_class", { number });
  /** @type {any} */
  const key = { seed };
  if (has("z")) key.z = z;
  if (has("class")) key.class = Array.isArray(classes) ? [...classes] : classes;
  for (const [field, [low, high], usual] of TIMES) {
    const fine = !has(field) || within(given[field], low, high);
    need(fine, "key_number", { number, field, low, high });
    if (has(field) && given[field] !== usual) key[field] = given[field];
  }
  return key;
}

function checkTogether({ path, closed, keys }) {
  const [low, high] = PATH_KEYS[path];
  const values = { path, low, high, count: keys.length };
  need(within(keys.length, low, high), low === high ? "path_exactly" : "path_keys", values);
  need(closed || !ALWAYS_CLOSED.includes(path), "closes", { path });
  const lengths = (kinds) => new Set(kinds.map((one) => one.length)).size;
  need(lengths(keys.flatMap(({ z }) => (z === undefined ? [] : [floats(z)]))) <= 1, "z_lengths");
  const blends = keys.map((key) => key.class).filter(Array.isArray);
  need(lengths(blends) <= 1, "weight_lengths");
}

/** What a text says, JSON but otherwise unchecked. Throws ClipError. */
export function read(text) {
  need(text.length <= TEXT_MAX, "long", { limit: TEXT_MAX });
  try {
    return recipes.load(text);
  } catch (error) {
    if (error instanceof RecipeError) throw new ClipError("clip.damaged");
    throw error;
  }
}

/** A recipe of its JSON text. Throws ClipError. */
export const parse = (text) => check(read(text));

/**
 * A recipe of the page's state {model, keys: [{seed, label, z?, weights?, hold?, length?}], ...}.
 *
 * about: {model_id, z_dim, classes} of the model, where the state does not say so itself. What a
 * key has of another model's z or weights gives way to its seed and label. Throws ClipError.
 */
export function pack(state, about = state) {
  const keys = state.keys.map((key) => packKey(key, about));
  const chosen = Object.keys(RULES)
    .filter((name) => state[name] !== undefined)
    .map((name) => [name, state[name]]);
  const recipe = { [MARK]: FORMAT, model: state.model, model_id: about.model_id, keys };
  Object.assign(recipe, Object.fromEntries(chosen));
  return check(ALWAYS_CLOSED.includes(recipe.path) ? { ...recipe, closed: true } : recipe);
}

function packKey({ seed = 0, label, z, weights, hold, length }, { z_dim, classes }) {
  const key = { seed };
  if (z && (z_dim ?? z.length) === z.length) {
    const exact = Float32Array.from(z);
    const home = latent(seed, exact.length);
    const moved = exact.some((x, i) => !Object.is(x, home[i]));
    if (moved) key.z = base64(new Uint8Array(exact.buffer));
  }
  const blended = weights && (classes ?? weights.length) === weights.length;
  if (classes !== 0 && blended) key.class = Array.from(weights);
  else if (classes !== 0 && label !== undefined) key.class = label;
  if (hold !== undefined) key.hold = hold;
  if (length !== undefined) key.length = length;
  return key;
}

/**
 * The state that `pack` took, and model_id; every key has a label, the strongest of its weights.
 *
 * z_dim, classes: of the model that is to draw it. Throws ClipError if it does not fit them.
 */
export function unpack(recipe, { z_dim, classes }) {
  const { [MARK]: _, ...own } = check(recipe);
  own.keys.forEach((key) => {
    const has = "z" in key ? floats(key.z).length : z_dim;
    need(has === z_dim, "other_latents", { has, takes: z_dim });
  });
  return { ...own, keys: own.keys.map((key, i) => unpackKey(key, classes, i + 1)) };
}

function unpackKey({ z, class: classes, ...timed }, takes, number) {
  need(takes || classes === undefined, "no_classes", { number });
  const blended = Array.isArray(classes);
  need(!blended || classes.length === takes, "other_classes", { has: classes?.length, takes });
  need(!takes || blended || classes < takes, "needs_class", { number, limit: takes - 1 });
  /** @type {any} */
  const key = { ...timed, label: blended ? classes.indexOf(Math.max(...classes)) : (classes ?? 0) };
  if (z !== undefined) key.z = Array.from(floats(z));
  if (blended) key.weights = classes;
  return key;
}

/** What a link to this recipe ends in. Throws ClipError: it is too long for one, or wrong. */
export function toHash(recipe) {
  const own = Object.entries(check(recipe)).filter(([name, value]) => value !== DEFAULTS[name]);
  const text = toLink(Object.fromEntries(own));
  need(text.length <= LINK_MAX, "long_link", { limit: LINK_MAX });
  return HASH + text;
}

/** The recipe of `location.hash`; null when it names none. Throws ClipError. */
export function fromHash(hash) {
  if (!hash.startsWith(HASH)) return null;
  need(hash.length <= HASH.length + LINK_MAX, "long_link", { limit: LINK_MAX });
  try {
    return parse(fromLink(hash.slice(HASH.length)));
  } catch (error) {
    throw error instanceof ClipError ? error : new ClipError("clip.damaged");
  }
}
