// Reads parts of a file, so that a large one is never read as a whole.

const TEXT_MAX = 400000; // characters of a recipe's JSON
export const BYTES_MAX = 4 * TEXT_MAX; // of the same, as UTF-8

/** The file is truncated or damaged. */
export class Torn extends Error {}

/** Return {size, take(at, count)} of a File or Blob; `take` returns fewer bytes at the end. */
export const ofFile = (file) => ({
  size: file.size,
  take: async (at, count) => new Uint8Array(await file.slice(at, at + count).arrayBuffer()),
});

/** The same for bytes in memory. */
export const ofBytes = (bytes) => ({
  size: bytes.length,
  take: async (at, count) => bytes.subarray(at, at + count),
});

/** Read a big-endian integer of `count` bytes. Throws Torn. */
export function uint(bytes, at, count) {
  let value = 0;
  for (let i = at; i < at + count; i += 1) {
    if (!(i < bytes.length)) throw new Torn();
    value = value * 256 + bytes[i];
  }
  return value;
}

/** Read a little-endian integer of `count` bytes. Throws Torn. */
export const uintLe = (bytes, at, count) => uint(bytes.slice(at, at + count).reverse(), 0, count);

/** Decode bytes as Latin-1, to search signatures. */
export const letters = (bytes) => new TextDecoder("latin1").decode(bytes);

/** Whether the bytes at an offset are these ASCII letters. */
export const starts = (bytes, text, at = 0) =>
  letters(bytes.subarray(at, at + text.length)) === text;
