// The recipe of a clip: JSON in a link, inside the exported file, and beside it.
// gan/recipes/clip_recipe.py is its twin.

import { base64, floats } from "../core/base64.js";
import { latent } from "../latent/latents.js";
import { RecipeError, fromLink, load, toLink } from "./image_recipe.js";
import { allowed, within } from "./rules.js";

const LINK_MAX = 64000; // characters; browsers and messengers cut longer links
const FORMAT = 1; // of the JSON
const MARK = "latent_studio_clip";
const HASH = "#clip=";
const USUAL = { hold: 0, length: 1 }; // in average segments; left out of a keyframe

/** An invalid clip: `message` is the key of a text, `values` fill its {names}. */
export class ClipError extends RecipeError {}

function need(fine, key, values = {}) {
  if (!fine) throw new ClipError(`clip.${key}`, values);
}

/** The text that says what a limit allows, and its values. @returns {[string, object]} */
function requirement({ flag, choices, most, above, low, high }) {
  if (flag) return ["flag", {}];
  if (choices) return ["choice", { words: choices.join(", ") }];
  if (most) return ["caption", { limit: most }];
  return above === undefined ? ["whole", { low, high }] : ["fps", { limit: high }];
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

/** The recipes of clips: validation, links, and conversion from and to the state of the page. */
export class ClipRecipes {
  /** `limits`: those of gan/recipes/limits.py. */
  constructor(limits) {
    this.limits = limits;
    /** Everything but the model and the keyframes, as it is when a recipe leaves it out. */
    this.defaults = Object.fromEntries(
      Object.entries(limits.clip).map(([name, limit]) => [name, limit.default]),
    );
  }

  /** Return a new object with all fields of a recipe, all valid. Throws ClipError. */
  check(given) {
    if (typeof given !== "object" || given === null || Array.isArray(given)) given = {};
    const has = (name) => Object.hasOwn(given, name);
    const get = (name) => (has(name) ? given[name] : undefined);
    const { picture, clip } = this.limits;
    need(has(MARK) || !has("latent_studio"), "picture");
    need(has(MARK) || !has("latent_studio_growth"), "film");
    const version = get(MARK);
    need(Number.isInteger(version) && version >= 1, "not_one");
    need(version <= FORMAT, "newer", { version });
    const [model, model_id] = [get("model"), get("model_id")];
    need(allowed(model, picture.model), "model");
    need(allowed(model_id, picture.model_id), "model_id");
    const keys = this.checkKeys(get("keys"));
    /** @type {any} */
    const recipe = { [MARK]: FORMAT, model, model_id, keys };
    for (const [field, limit] of Object.entries(clip)) {
      const [text, values] = requirement(limit);
      need(!has(field) || allowed(given[field], limit), text, { field, ...values });
      recipe[field] = has(field) ? given[field] : limit.default;
    }
    this.checkTogether(recipe);
    return recipe;
  }

  checkKeys(given) {
    const [low, high] = this.limits.keys;
    need(Array.isArray(given) && within(given.length, low, high), "keys", { low, high });
    return Array.from(given, (one, i) => this.checkKey(one, i + 1));
  }

  checkKey(given, number) {
    const plain = typeof given === "object" && given !== null && !Array.isArray(given);
    need(plain, "key", { number });
    const has = (name) => Object.hasOwn(given, name);
    const limits = this.limits.keyframe;
    const { seed, z, class: classes } = given;
    const seeded = has("seed") && allowed(seed, limits.seed);
    need(seeded, "key_seed", { number, limit: limits.seed.high });
    need(!has("z") || allowed(z, limits.z), "key_z", { number });
    need(!has("class") || allowed(classes, limits.class), "key_class", { number });
    /** @type {any} */
    const key = { seed };
    if (has("z")) key.z = z;
    if (has("class")) key.class = Array.isArray(classes) ? [...classes] : classes;
    for (const [field, usual] of Object.entries(USUAL)) {
      const { low, high } = limits[field];
      const fine = !has(field) || allowed(given[field], limits[field]);
      need(fine, "key_number", { number, field, low, high });
      if (has(field) && given[field] !== usual) key[field] = given[field];
    }
    return key;
  }

  checkTogether({ path, closed, keys }) {
    const [low, high] = this.limits.path_keys[path];
    const values = { path, low, high, count: keys.length };
    need(within(keys.length, low, high), low === high ? "path_exactly" : "path_keys", values);
    need(closed || !this.limits.always_closed.includes(path), "closes", { path });
    const lengths = (kinds) => new Set(kinds.map((one) => one.length)).size;
    need(lengths(keys.flatMap(({ z }) => (z === undefined ? [] : [floats(z)]))) <= 1, "z_lengths");
    const blends = keys.map((key) => key.class).filter(Array.isArray);
    need(lengths(blends) <= 1, "weight_lengths");
  }

  /** Parse JSON without checking the recipe. Throws ClipError. */
  read(text) {
    const limit = this.limits.clip_text;
    need(text.length <= limit, "long", { limit });
    try {
      return load(text);
    } catch (error) {
      if (error instanceof RecipeError) throw new ClipError("clip.damaged");
      throw error;
    }
  }

  /** Parse and check JSON. Throws ClipError. */
  parse(text) {
    return this.check(this.read(text));
  }

  /**
   * Make a recipe of the page's state {model, keys: [{seed, label, z?, weights?, hold?, length?}],
   * ...}.
   *
   * about: {model_id, z_dim, classes} of the model, where the state does not have them. A z or
   * weights of another model's length are dropped for the seed and label. Throws ClipError.
   */
  pack(state, about = state) {
    const keys = state.keys.map((key) => packKey(key, about));
    const chosen = Object.keys(this.limits.clip)
      .filter((name) => state[name] !== undefined)
      .map((name) => [name, state[name]]);
    const recipe = { [MARK]: FORMAT, model: state.model, model_id: about.model_id, keys };
    Object.assign(recipe, Object.fromEntries(chosen));
    const closes = this.limits.always_closed.includes(recipe.path);
    return this.check(closes ? { ...recipe, closed: true } : recipe);
  }

  /**
   * Return the state that `pack` took, and model_id; the label of blended classes is the strongest.
   *
   * z_dim, classes: of the model that draws it. Throws ClipError if the recipe does not fit it.
   */
  unpack(recipe, { z_dim, classes }) {
    const { [MARK]: _, ...own } = this.check(recipe);
    own.keys.forEach((key) => {
      const has = "z" in key ? floats(key.z).length : z_dim;
      need(has === z_dim, "other_latents", { has, takes: z_dim });
    });
    return { ...own, keys: own.keys.map((key, i) => unpackKey(key, classes, i + 1)) };
  }

  /** Return the fragment of a link to this recipe. Throws ClipError if it is too long or invalid. */
  toHash(recipe) {
    const own = Object.entries(this.check(recipe));
    const text = toLink(Object.fromEntries(own.filter(([k, value]) => value !== this.defaults[k])));
    need(text.length <= LINK_MAX, "long_link", { limit: LINK_MAX });
    return HASH + text;
  }

  /** Return the recipe of `location.hash`, or null if it names none. Throws ClipError. */
  fromHash(hash) {
    if (!hash.startsWith(HASH)) return null;
    need(hash.length <= HASH.length + LINK_MAX, "long_link", { limit: LINK_MAX });
    try {
      return this.parse(fromLink(hash.slice(HASH.length)));
    } catch (error) {
      throw error instanceof ClipError ? error : new ClipError("clip.damaged");
    }
  }
}
