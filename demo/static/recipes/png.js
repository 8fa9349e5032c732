// PNG files with embedded recipes. They are encoded here rather than by a canvas:
// browsers that prevent fingerprinting change the pixels of a canvas.

import { base64 } from "../core/base64.js";
import { download } from "../core/dom.js";
import { classText } from "./image_recipe.js";

const KEYWORD = "latent-studio"; // of the recipe
const THUMB_PX = 64; // per side: sixty larger pictures would fill the browser's storage
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const uint32 = (value) => [value >>> 24, value >>> 16, value >>> 8, value];

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(kind, data) {
  const body = join(utf8(kind), data);
  return join(uint32(data.length), body, uint32(crc32(body)));
}

/** Encode a picture {h, w, c, pixels}, grey or RGB, enlarged `scale` times, with a recipe's text. */
export async function encodePng({ h, w, c, pixels }, scale = 1, text = "") {
  const line = 1 + w * scale * c; // a filter byte, 0 for none, and the pixels
  const lines = new Uint8Array(line * h * scale);
  for (let y = 0; y < h * scale; y += 1) {
    const from = Math.floor(y / scale) * w * c;
    for (let x = 0; x < w * scale; x += 1) {
      const source = from + Math.floor(x / scale) * c;
      for (let k = 0; k < c; k += 1) lines[y * line + 1 + x * c + k] = pixels[source + k];
    }
  }
  const squeezed = new Blob([lines]).stream().pipeThrough(new CompressionStream("deflate"));
  const size = join(uint32(w * scale), uint32(h * scale));
  const head = join(size, [8, c === 3 ? 2 : 0, 0, 0, 0]); // 8 bits; RGB or grey
  const data = new Uint8Array(await new Response(squeezed).arrayBuffer());
  const note = utf8(`${KEYWORD}\0\0\0\0\0${text}`); // uncompressed, no language
  const recipe = text ? [chunk("iTXt", note)] : [];
  return join(SIGNATURE, chunk("IHDR", head), ...recipe, chunk("IDAT", data), chunk("IEND", []));
}

/** Return a picture as a data URL for the gallery, at half size if it is large. */
export async function thumbnail(image) {
  const png = await encodePng(image.h > THUMB_PX ? halved(image) : image);
  return `data:image/png;base64,${base64(png)}`;
}

// A picture at half its side length: each pixel is the mean of four.
function halved({ h, w, c, pixels }) {
  const half = { h: h >> 1, w: w >> 1, c, pixels: null };
  half.pixels = Uint8Array.from({ length: half.h * half.w * c }, (_, i) => {
    const [k, x, y] = [i % c, Math.floor(i / c) % half.w, Math.floor(i / c / half.w)];
    const at = (2 * y * w + 2 * x) * c + k;
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
export async function savePicture(image, recipe, scale) {
  const png = await encodePng(image, scale, JSON.stringify(recipe));
  download(new Blob([png], { type: "image/png" }), fileName(recipe));
}
