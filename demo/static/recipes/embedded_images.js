// The recipe in GIF, PNG and WebP files; gan/media/embedded_images.py writes it there.

import { BYTES_MAX, Torn, letters, starts, uint } from "./embedded_bytes.js";
import { crc32, textOf } from "./png.js";

export const PNG = "PNG\r\n\x1a\n"; // after the first byte, which is not ASCII
const KEYWORDS = ["latent-studio-clip", "latent-studio"]; // a clip's, a still picture's
const MARK = '{"latent_studio'; // the start of every recipe
const HEAD = 2e6; // bytes within which a recipe at the start ends
const CHUNKS_MAX = 10000;
const utf8 = new TextEncoder();

/** Return the recipe in a comment before the first frame: bytes, or null. Throws Torn. */
export async function readGif(file) {
  const head = await file.take(0, HEAD);
  const flags = uint(head, 10, 1);
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0); // the global colour table
  while (uint(head, at, 1) === 0x21) {
    const label = uint(head, at + 1, 1);
    const parts = [];
    at += 2;
    for (let count = uint(head, at, 1); count; count = uint(head, at, 1)) {
      parts.push(head.subarray(at + 1, at + 1 + count));
      at += 1 + count;
    }
    at += 1;
    if (label === 0xfe && parts.length && starts(parts[0], MARK)) {
      return new Uint8Array(await new Blob(parts).arrayBuffer());
    }
  }
  return null;
}

/** Return the text of our keywords before the pixels or near the end: bytes, or null. Throws Torn. */
export async function readPng(file) {
  let at = 8;
  for (let chunks = 0; ; chunks += 1) {
    const head = await file.take(at, 8);
    const length = uint(head, 0, 4);
    if (chunks === CHUNKS_MAX || head.length < 8) throw new Torn();
    if (starts(head, "IDAT", 4) || starts(head, "IEND", 4)) break;
    const noted = starts(head, "iTXt", 4) || starts(head, "tEXt", 4);
    const text = noted ? await pngText(file, at) : null;
    if (text) return text;
    at += length + 12;
  }
  const start = Math.max(0, file.size - BYTES_MAX);
  const tail = letters(await file.take(start, BYTES_MAX));
  const found = tail.lastIndexOf(`iTXt${KEYWORDS[0]}\0`);
  return found < 4 ? null : pngText(file, start + found - 4);
}

async function pngText(file, at) {
  const length = uint(await file.take(at, 4), 0, 4);
  if (length > BYTES_MAX) return null;
  const chunk = await file.take(at + 4, length + 8);
  const body = chunk.subarray(0, 4 + length);
  if (crc32(body) !== uint(chunk, 4 + length, 4)) return null;
  const one = { kind: letters(body.subarray(0, 4)), data: body.subarray(4) };
  for (const keyword of KEYWORDS) {
    const text = textOf(one, keyword, BYTES_MAX);
    if (text !== null) return utf8.encode(text);
  }
  return null;
}

/** Return the description in the XMP packet, which is the last chunk: bytes, or null. */
export async function readWebp(file) {
  const tail = await file.take(Math.max(0, file.size - BYTES_MAX), BYTES_MAX);
  const text = letters(tail);
  const open = '<rdf:li xml:lang="x-default">';
  const at = text.indexOf(open + MARK) + open.length;
  const end = text.indexOf("<", at);
  return at < open.length || end < 0 ? null : tail.subarray(at, end);
}
