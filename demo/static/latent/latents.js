// The latent of a seed: a counter hash and the Box-Muller transform. The twin of gan/latent/latents.py.

import { hashed } from "./hashing.js";

export const SEED_MAX = 2 ** 32 - 1;
const SALT = 0x5bd1e995;

/** Return z ~ N(0, I), Float32Array(zDim), a fixed function of `seed` (0 to 2**32 - 1). */
export function latent(seed, zDim) {
  const pairs = (zDim + 1) >> 1;
  const uniform = (i) => (hashed(seed, i, SALT) + 0.5) / 2 ** 32;
  const z = new Float32Array(zDim);
  for (let i = 0; i < pairs; i += 1) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i)));
    const angle = 2 * Math.PI * uniform(pairs + i);
    z[i] = radius * Math.cos(angle);
    if (pairs + i < zDim) z[pairs + i] = radius * Math.sin(angle);
  }
  return z;
}

/** Return a random seed. */
export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
