// recipe.json out of a ZIP, without trusting any size in it (APPNOTE.TXT 6.3, PKWARE).

import { BYTES_MAX, Torn, letters, starts, uintLe } from "./embedded_bytes.js";

const MEMBER = "recipe.json";
const TAIL = 22 + 65535; // the end record is before a comment
const DIRECTORY_MAX = 16e6; // bytes; 100,000 frames need 6 million
const [STORED, DEFLATED] = [0, 8];

/** Return the member from any folder of the archive: bytes, or null. Throws Torn. */
export async function readZip(file) {
  const directory = await readDirectory(file);
  let at = 0;
  while (starts(directory, "PK\x01\x02", at)) {
    const [flags, method] = [8, 10].map((from) => uintLe(directory, at + from, 2));
    const [name, extra, comment] = [28, 30, 32].map((from) => uintLe(directory, at + from, 2));
    const called = letters(directory.subarray(at + 46, at + 46 + name));
    if (called.split("/").at(-1) === MEMBER) {
      const [packed, start] = [20, 42].map((from) => uintLe(directory, at + from, 4));
      return flags & 1 ? null : member(file, start, method, Math.min(packed, BYTES_MAX));
    }
    at += 46 + name + extra + comment;
  }
  return null;
}

async function readDirectory(file) {
  const tail = await file.take(Math.max(0, file.size - TAIL), TAIL);
  const at = letters(tail).lastIndexOf("PK\x05\x06");
  if (at < 0) throw new Torn();
  let [length, offset] = [uintLe(tail, at + 12, 4), uintLe(tail, at + 16, 4)];
  if (at >= 20 && starts(tail, "PK\x06\x07", at - 20)) {
    // more than 65,535 files
    const record = await file.take(uintLe(tail, at - 12, 8), 56);
    [length, offset] = [uintLe(record, 40, 8), uintLe(record, 48, 8)];
  }
  if (length > DIRECTORY_MAX || offset + length > file.size) throw new Torn();
  return file.take(offset, length);
}

async function member(file, start, method, packed) {
  const head = await file.take(start, 30);
  const raw = await file.take(start + 30 + uintLe(head, 26, 2) + uintLe(head, 28, 2), packed);
  if (method === STORED) return raw;
  if (method !== DEFLATED) return null;
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const parts = [];
  let length = 0;
  try {
    for (const reader = stream.getReader(); length < BYTES_MAX; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      length += value.length;
      if (length >= BYTES_MAX) reader.cancel(); // larger than any recipe
    }
  } catch {
    throw new Torn();
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer()).subarray(0, BYTES_MAX);
}
