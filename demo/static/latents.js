// A seed's latent, equal to gan/latents.py: a counter hash and Box & Muller's transform.

export const SEED_MAX = 2 ** 32 - 1;

// The finaliser of MurmurHash3 (Appleby, public domain), uint32 to uint32.
function mix(h) {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** z ~ N(0, I), Float32Array(zDim), a fixed function of `seed` (0 to 2**32 - 1). */
export function latent(seed, zDim) {
  const pairs = (zDim + 1) >> 1;
  const start = mix(seed ^ 0x5bd1e995);
  const uniform = (i) => (mix(mix((Math.imul(i, 0x9e3779b1) + start) >>> 0) ^ start) + 0.5) / 2 ** 32;
  const z = new Float32Array(zDim);
  for (let i = 0; i < pairs; i += 1) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i)));
    const angle = 2 * Math.PI * uniform(pairs + i);
    z[i] = radius * Math.cos(angle);
    if (pairs + i < zDim) z[pairs + i] = radius * Math.sin(angle);
  }
  return z;
}

/** A seed nobody chose. */
export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
