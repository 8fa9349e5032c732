// Synchronised variations of one loop. The twin of gan/latent/tiles.py.

import { hashed } from "./hashing.js";

/** Return how loop `index`, from 0, permutes the first d coordinates and flips signs; null for the first. */
export function variation(index, d) {
  if (index === 0) return null;
  const hashes = Array.from({ length: d }, (_, k) => hashed(index, k));
  const order = Int32Array.from(hashes.keys()).sort((a, b) => hashes[a] - hashes[b] || a - b);
  const signs = Int8Array.from(hashes, (_, k) => 1 - 2 * (hashed(index, d + k) >>> 31));
  return { order, signs };
}

/** Return the latent of a loop, Float32Array(d), from that of the first. */
export function tile(z, made) {
  if (!made) return new Float32Array(z);
  const { order, signs } = made;
  const found = new Float32Array(z);
  for (let k = 0; k < order.length; k += 1) found[k] = signs[k] * z[order[k]];
  return found;
}
