// The comment tag of MP4 (ISO 14496-12 boxes) and WebM (EBML, RFC 8794) files.

import { BYTES_MAX, Torn, letters, ofBytes, starts, uint } from "./embedded_bytes.js";

const STEPS_MAX = 10000; // boxes read per level
const BOXES = ["moov", "udta", "meta", "ilst", "\xa9cmt", "data"];
const [SEGMENT, TAGS, TAG, SIMPLE, NAME, TEXT] = [
  0x18538067, 0x1254c367, 0x7373, 0x67c8, 0x45a3, 0x4487,
];

/** Return the comment in the place used by iTunes and ffmpeg: bytes, or null. Throws Torn. */
export async function readMp4(file) {
  let [start, end] = [0, file.size];
  for (const kind of BOXES) {
    const found = await box(file, kind, start, end);
    if (!found) return null;
    [start, end] = found;
    start += { meta: 4, data: 8 }[kind] ?? 0; // version and flags; type and language
  }
  return file.take(start, Math.max(0, Math.min(end - start, BYTES_MAX)));
}

async function box(file, kind, start, end) {
  for (let step = 0; step < STEPS_MAX && start + 8 <= end; step += 1) {
    const head = await file.take(start, 16);
    const size = uint(head, 0, 4);
    const long = size === 1;
    const inside = start + (long ? 16 : 8);
    const after = size === 0 ? end : start + (long ? uint(head, 8, 8) : size);
    if (!(inside <= after && after <= end)) return null;
    if (starts(head, kind, 4)) return [inside, after];
    start = after;
  }
  return null;
}

/** Return the tag COMMENT of the file: bytes, or null. Throws Torn. */
export async function readWebm(file) {
  const segment = await first(file, SEGMENT, [0, file.size]);
  const tags = segment && (await first(file, TAGS, segment));
  if (!tags) return null;
  // read into memory, so its size is limited to that of a recipe
  const memory = ofBytes(await file.take(tags[0], Math.min(tags[1] - tags[0], 2 * BYTES_MAX)));
  for await (const tag of named(memory, TAG, [0, memory.size])) {
    for await (const simple of named(memory, SIMPLE, tag)) {
      const name = await first(memory, NAME, simple);
      const text = await first(memory, TEXT, simple);
      if (!name || !text) continue;
      const called = letters(await memory.take(name[0], Math.min(100, name[1] - name[0])));
      if (called.toUpperCase() === "COMMENT") {
        return memory.take(text[0], Math.min(text[1] - text[0], BYTES_MAX));
      }
    }
  }
  return null;
}

async function first(file, name, span) {
  for await (const found of named(file, name, span)) return found;
  return null;
}

async function* named(file, name, /** @type {number[]} */ [start, end]) {
  for (let step = 0; step < STEPS_MAX && start + 2 <= end; step += 1) {
    const head = (await file.take(start, 12)).slice();
    const length = Math.clz32(uint(head, 0, 1)) - 23; // of the name, then of the size
    const more = Math.clz32(uint(head, length, 1)) - 23;
    if (length > 4 || more > 8) throw new Torn();
    const inside = start + length + more;
    head[length] &= 0xff >> more; // the bit that marks the length of the size field
    const size = uint(head, length, more);
    const unknown = size === 2 ** (7 * more) - 1; // unknown size: up to the end
    const after = unknown ? end : inside + size;
    if (after > end) return;
    if (uint(head, 0, length) === name) yield [inside, after];
    start = after;
  }
}
