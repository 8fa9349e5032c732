// PNG files with embedded recipes. They are encoded here rather than by a canvas:
// browsers that prevent fingerprinting change the pixels of a canvas.

import { base64 } from "../core/base64.js";
import { download } from "../core/dom.js";
import { RecipeError, classText } from "./image_recipe.js";

export const KEYWORD = "latent-studio";
const THUMB_PX = 64; // per side: sixty larger pictures would fill the browser's storage
const FILE_MAX = 5e6; // bytes
const TEXT_BYTES_MAX = 80000; // of the recipe
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const NUL = 0;

const latin = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const ascii = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Return the checksum of a PNG chunk. */
export function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function uint32(value) {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}

function chunk(kind, data) {
  const body = join(ascii(kind), data);
  return join(uint32(data.length), body, uint32(crc32(body)));
}

/** Return the chunks before the pixels, [{kind, data, start}], and `rest`, where the pixels begin. */
function header(png) {
  if (SIGNATURE.some((byte, i) => png[i] !== byte)) throw new RecipeError("recipe.not_png");
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const found = [];
  for (let at = 8; ; ) {
    if (at + 12 > png.length) throw new RecipeError("recipe.damaged_png");
    const kind = latin(png.subarray(at + 4, at + 8));
    if (kind === "IDAT" || kind === "IEND") return { found, rest: at };
    const end = at + 8 + view.getUint32(at);
    const whole = end + 4 <= png.length && view.getUint32(end) === crc32(png.subarray(at + 4, end));
    if (!whole) throw new RecipeError("recipe.damaged_png");
    found.push({ kind, data: png.subarray(at + 8, end), start: at });
    at = end + 4;
  }
}

/** Return the chunk's text if it has this keyword, is uncompressed and not longer than `limit`. */
export function textOf({ kind, data }, keyword, limit = TEXT_BYTES_MAX) {
  if (kind !== "iTXt" && kind !== "tEXt") return null;
  const name = join(ascii(keyword), [NUL]);
  if (data.length > limit || name.some((byte, i) => data[i] !== byte)) return null;
  let at = name.length;
  if (kind === "tEXt") return latin(data.subarray(at, at + limit));
  if (data[at] !== 0) return null; // compressed
  for (let skipped = 0, from = at + 2; skipped < 2; skipped += 1) {
    // language tag, translated keyword
    at = data.indexOf(NUL, from) + 1;
    if (!at) return null;
    from = at;
  }
  return new TextDecoder().decode(data.subarray(at));
}

/** Return a PNG with this text, replacing older ones of the keyword. */
export function addText(png, keyword, text) {
  const { found, rest } = header(png);
  const kept = found
    .filter((one) => textOf(one, keyword) === null)
    .map(({ kind, data }) => chunk(kind, data));
  const head = [...ascii(keyword), NUL, NUL, NUL, NUL, NUL]; // uncompressed, no language
  const note = chunk("iTXt", join(head, new TextEncoder().encode(text)));
  return join(SIGNATURE, ...kept, note, png.subarray(rest));
}

/** Return the text of this keyword, or null. Throws RecipeError if it is not a PNG or damaged. */
export function readText(png, keyword) {
  for (const one of header(png).found) {
    const text = textOf(one, keyword);
    if (text !== null) return text;
  }
  return null;
}

/** Encode image `index` of a drawing {h, w, c, pixels}, grey or RGB, enlarged `scale` times. */
export async function encodePng({ h, w, c, pixels }, index = 0, scale = 1) {
  const line = 1 + w * scale * c; // a filter byte, 0 for none, and the pixels
  const lines = new Uint8Array(line * h * scale);
  for (let y = 0; y < h * scale; y += 1) {
    const from = (index * h + Math.floor(y / scale)) * w * c;
    for (let x = 0; x < w * scale; x += 1) {
      const source = from + Math.floor(x / scale) * c;
      for (let k = 0; k < c; k += 1) lines[y * line + 1 + x * c + k] = pixels[source + k];
    }
  }
  const squeezed = new Blob([lines]).stream().pipeThrough(new CompressionStream("deflate"));
  const size = join(uint32(w * scale), uint32(h * scale));
  const head = join(size, [8, c === 3 ? 2 : 0, 0, 0, 0]); // 8 bits; RGB or grey
  const data = new Uint8Array(await new Response(squeezed).arrayBuffer());
  return join(SIGNATURE, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", []));
}

/** Return a picture as a data URL for the gallery, at half size if it is large. */
export async function thumbnail(image, index = 0) {
  const small = image.h > THUMB_PX ? halved(image, index) : null;
  const png = await (small ? encodePng(small) : encodePng(image, index));
  return `data:image/png;base64,${base64(png)}`;
}

// Image `index` of a drawing at half its side length: each pixel is the mean of four.
function halved({ h, w, c, pixels }, index) {
  const half = { h: h >> 1, w: w >> 1, c, pixels: null };
  const from = index * h * w * c;
  half.pixels = Uint8Array.from({ length: half.h * half.w * c }, (_, i) => {
    const [k, x, y] = [i % c, Math.floor(i / c) % half.w, Math.floor(i / c / half.w)];
    const at = from + (2 * y * w + 2 * x) * c + k;
    return Math.round(
      (pixels[at] + pixels[at + c] + pixels[at + w * c] + pixels[at + (w + 1) * c]) / 4,
    );
  });
  return half;
}

/** "latent-studio-mnist-3-seed7.png" */
export function fileName({ model, classes, seed }) {
  const plain = classText(classes).replaceAll("\u2212", "-minus-").replaceAll("\u2026", "");
  const parts = ["latent-studio", model, plain, `seed${seed}`].filter((part) => part);
  return `${parts
    .join("-")
    .replace(/[^A-Za-z0-9+]+/g, "-")
    .slice(0, 100)}.png`;
}

/** Download the picture with its recipe inside. */
export async function savePicture(image, recipe, scale, index = 0) {
  const png = addText(await encodePng(image, index, scale), KEYWORD, JSON.stringify(recipe));
  download(new Blob([png], { type: "image/png" }), fileName(recipe));
}

/** Return the recipe that a picture file carries. Throws RecipeError. */
export async function readPicture(file, recipes) {
  if (file.size > FILE_MAX) throw new RecipeError("recipe.large", { limit: FILE_MAX / 1e6 });
  const bytes = await file.arrayBuffer().catch(() => {
    // a folder, or gone meanwhile
    throw new RecipeError("recipe.not_png");
  });
  const text = readText(new Uint8Array(bytes), KEYWORD);
  if (text === null) throw new RecipeError("recipe.none");
  return recipes.parse(text);
}
