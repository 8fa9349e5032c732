// The recipe of a picture: JSON in a link and inside a PNG. gan/recipes/image_recipe.py is its twin.

import { base64, bytes, floats } from "../core/base64.js";
import { fill } from "../core/dom.js";
import { latent } from "../latent/latents.js";
import { allowed } from "./rules.js";

const FORMAT = 1; // of the JSON
const DEPTH_MAX = 32; // nesting of lists and objects
const HASH = "#recipe=";
const OPTIONAL = ["z", "classes"];

/** An invalid recipe: `message` is the key of a text, `values` fill its {names}. */
export class RecipeError extends Error {
  constructor(key, values = {}) {
    super(key);
    this.values = values;
  }
}

/** Return the sentence of a RecipeError in the page's language; rethrow other errors. */
export function explain(error, words) {
  if (!(error instanceof RecipeError)) throw error;
  return fill(words[error.message] ?? error.message, error.values);
}

/** Return the nesting depth of a JSON text. */
function depth(text) {
  let [level, deepest, quoted] = [0, 0, false];
  for (const [sign] of text.matchAll(/\\.|["[\]{}]/gs)) {
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === "[" || sign === "{")) deepest = Math.max(deepest, (level += 1));
    else if (!quoted && (sign === "]" || sign === "}")) level -= 1;
  }
  return deepest;
}

/** Parse untrusted JSON. Throws RecipeError. */
export function load(text) {
  try {
    // measured before parsing: a parser's own limit depends on the language and the call stack
    if (depth(text) <= DEPTH_MAX) return JSON.parse(text);
  } catch {
    // reported below
  }
  throw new RecipeError("recipe.damaged");
}

/** Encode a value's JSON as base64url. */
export function toLink(value) {
  const json = new TextEncoder().encode(JSON.stringify(value));
  return base64(json).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Decode the JSON that `toLink` wrote. Throws RecipeError. */
export function fromLink(text) {
  try {
    if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Error("not base64url");
    const raw = bytes(text.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    throw new RecipeError("recipe.damaged");
  }
}

/** The recipes of pictures: validation, links, and conversion from and to the state of Explore. */
export class ImageRecipes {
  /** `limits`: those of gan/recipes/limits.py. */
  constructor(limits) {
    this.rules = limits.picture;
    this.most = limits.picture_text; // characters
  }

  /** Return a new object with only the fields of a recipe, all valid. Throws RecipeError. */
  check(given) {
    if (typeof given !== "object" || given === null || Array.isArray(given)) given = {};
    const has = (name) => Object.hasOwn(given, name);
    const version = has("latent_studio") ? given.latent_studio : null;
    if (!Number.isInteger(version) || version < 1) throw new RecipeError("recipe.not_one");
    if (version > FORMAT) throw new RecipeError("recipe.newer", { version });
    /** @type {any} */
    const recipe = { latent_studio: FORMAT };
    for (const [name, rule] of Object.entries(this.rules)) {
      const value = has(name) ? given[name] : undefined;
      if (!has(name) && OPTIONAL.includes(name)) continue;
      if (!allowed(value, rule)) throw new RecipeError(`recipe.bad_${name}`);
      recipe[name] = Array.isArray(value) ? [...value] : value;
    }
    const { scale, ...rest } = recipe;
    return { ...rest, scale };
  }

  /** Parse and check JSON. Throws RecipeError. */
  parse(text) {
    if (text.length > this.most) throw new RecipeError("recipe.long", { limit: this.most });
    return this.check(load(text));
  }

  /** Return the fragment of a link to this recipe. Throws RecipeError. */
  toHash(recipe) {
    const text = toLink(this.check(recipe));
    if (text.length > this.most) throw new RecipeError("recipe.long", { limit: this.most });
    return HASH + text;
  }

  /** Return the recipe of `location.hash`, or null if it names none. Throws RecipeError. */
  fromHash(hash) {
    if (!hash.startsWith(HASH)) return null;
    const text = hash.slice(HASH.length);
    if (text.length > this.most) throw new RecipeError("recipe.long", { limit: this.most });
    return this.parse(fromLink(text));
  }

  /** Make a recipe of a state with z as numbers; `classes` is null for a model without classes. */
  pack({ model, model_id, seed, z, classes, scale }) {
    const exact = Float32Array.from(z);
    const home = latent(seed, exact.length);
    const recipe = { latent_studio: FORMAT, model, model_id, seed, scale };
    const moved = exact.some((x, i) => !Object.is(x, home[i]));
    if (moved) recipe.z = base64(new Uint8Array(exact.buffer));
    if (classes !== null && classes !== undefined) {
      recipe.classes = typeof classes === "number" ? classes : Array.from(classes);
    }
    return this.check(recipe);
  }

  /**
   * Return the state that `pack` took: z as Float32Array(z_dim), classes null without classes.
   *
   * z_dim, classes: of the model that draws it. Throws RecipeError if the recipe does not fit it.
   */
  unpack(recipe, { z_dim, classes }) {
    const own = this.check(recipe);
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
