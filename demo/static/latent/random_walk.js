// A random walk on a closed loop through given points. The twin of gan/latent/random_walk.py,
// which documents it.

import { hashed } from "./hashing.js";
import { latent } from "./latents.js";
import { solve } from "./solve.js";

/** u -> Float64Array(d), periodic in the number of points, that is points[i] at u = i. */
export function wanderThrough(points, wander) {
  const [count, d] = [points.length, points[0].length];
  const waves = spectrum(count);
  const total = waves.length;
  // alternately the cosine and sine coefficients of each wave
  const draw = new Float64Array(2 * total * d);
  for (let wave = 0; wave < 2 * total; wave += 1) {
    const height = Math.sqrt(waves[wave % total]);
    latent(hashed(wander, wave), d).forEach((x, k) => {
      draw[wave * d + k] = height * x;
    });
  }

  function basis(u) {
    const found = new Float64Array(2 * total);
    for (let j = 0; j < total; j += 1) {
      const angle = ((2 * Math.PI) / count) * u * j;
      found[j] = Math.cos(angle);
      found[total + j] = Math.sin(angle);
    }
    return found;
  }

  function at(u) {
    const factors = basis(u);
    const z = new Float64Array(d);
    for (let j = 0; j < total; j += 1) {
      const [c, s, from, to] = [factors[j], factors[total + j], j * d, (total + j) * d];
      for (let k = 0; k < d; k += 1) z[k] += c * draw[from + k] + s * draw[to + k];
    }
    return z;
  }

  // The correction that makes the walk pass the points, made of the same waves.
  const keys = points.map((_, i) => basis(i));
  const kernel = keys.map((a) =>
    keys.map((b) => a.reduce((sum, x, wave) => sum + waves[wave % total] * x * b[wave], 0)),
  );
  const missing = points.map((point, i) => {
    const drawn = at(i);
    return Float64Array.from(point, (x, k) => x - drawn[k]);
  });
  solve(kernel, missing).forEach((pull, i) => {
    keys[i].forEach((x, wave) => {
      const factor = waves[wave % total] * x;
      for (let k = 0; k < d; k += 1) draw[wave * d + k] += factor * pull[k];
    });
  });
  return at;
}

// Variance of the waves of frequency 0, 1, 2, ...; it sums to 1.
function spectrum(count) {
  const width = Math.max(2, 0.4 * count);
  const waves = Array.from(
    { length: Math.ceil(3.5 * width) + 1 },
    (_, j) => Math.exp(-((j / width) ** 2) / 2) / (j ? 1 : 2),
  );
  const sum = waves.reduce((a, b) => a + b);
  return waves.map((wave) => wave / sum);
}
