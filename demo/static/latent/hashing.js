// Integers hashed from a seed and a counter. The twin of gan/latent/hashing.py.

// The finaliser of MurmurHash3 (Appleby, public domain), uint32 to uint32.
function mix(h) {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Return an integer from 0 to 2**32 - 1 for a seed of that range and a counter from 0. Another
 * `salt` gives other numbers for the same seed.
 */
export function hashed(seed, counter, salt = 0x243f6a88) {
  const start = mix(seed ^ salt);
  return mix(mix((Math.imul(counter, 0x9e3779b1) + start) >>> 0) ^ start);
}
