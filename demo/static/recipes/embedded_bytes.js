// Bytes of a file, asked for piece by piece, so that a large one is never read whole.

export const TEXT_MAX = 400000; // characters of a recipe's JSON
export const BYTES_MAX = 4 * TEXT_MAX; // of the same, as UTF-8

/** The file says something about itself that is not so: it was cut off or changed. */
export class Torn extends Error {}

/** {size, take(at, count)} of a File or Blob; `take` gives less where the file ends. */
export const ofFile = (file) => ({
  size: file.size,
  take: async (at, count) => new Uint8Array(await file.slice(at, at + count).arrayBuffer()),
});

/** The same of bytes in memory. */
export const ofBytes = (bytes) => ({
  size: bytes.length,
  take: async (at, count) => bytes.subarray(at, at + count),
});

/** The whole number in `count` bytes, the highest byte first. Throws Torn. */
export function uint(bytes, at, count) {
  let value = 0;
  for (let i = at; i < at + count; i += 1) {
    if (!(i < bytes.length)) throw new Torn();
    value = value * 256 + bytes[i];
  }
  return value;
}

/** The whole number in `count` bytes, the lowest byte first. Throws Torn. */
export const uintLe = (bytes, at, count) => uint(bytes.slice(at, at + count).reverse(), 0, count);

/** One character for each byte, ASCII as itself: to look for signatures in. */
export const letters = (bytes) => new TextDecoder("latin1").decode(bytes);

/** Whether these ASCII letters stand there. */
export const starts = (bytes, text, at = 0) =>
  letters(bytes.subarray(at, at + text.length)) === text;
