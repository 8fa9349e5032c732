"""A random walk round a closed loop that passes given points: a Gaussian process on the circle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan.latent.hashing import hashed
from gan.latent.latents import latents


def wander_through(points: np.ndarray, wander: int) -> Callable[[np.ndarray], np.ndarray]:
    """A smooth random curve of u (n,) -> float64 (n,d), periodic in k, that is points[i] at u = i.

    points: (k,d), k >= 1. wander: seed of the walk, 0 to 2**32 - 1. Drawn from the prior, then
    moved on to the points by Matheron's rule (Journel & Huijbregts 1978, "Mining Geostatistics"),
    which makes it a draw from the process given the points. Before rescaling its norm is about
    sqrt(d) everywhere, as that of all Gaussian noise.
    """
    count, d = points.shape
    waves = _spectrum(count)
    order = np.arange(len(waves))
    noise = latents([int(seed) for seed in hashed(wander, np.arange(2 * len(waves)))], d)
    # (2, J, d): what is multiplied by the cosine and by the sine of each wave
    draw = np.sqrt(waves)[:, None] * noise.reshape(2, len(waves), d).astype(np.float64)

    def basis(u: np.ndarray) -> np.ndarray:
        angle = (2.0 * np.pi / count) * np.multiply.outer(u, order)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (n, 2, J)

    keys = basis(np.arange(count, dtype=np.float64))
    # K(t - t_i) = sum of s_j cos 2 pi j (t - t_i) is made of the same waves, so that the pull
    # towards the points is one more term of each.
    kernel = np.einsum("icj,j,kcj->ik", keys, waves, keys)
    pull = np.linalg.solve(kernel, points - np.tensordot(keys, draw, 2))
    draw = draw + waves[:, None] * np.einsum("icj,id->cjd", keys, pull)
    return lambda u: np.tensordot(basis(u), draw, 2)


def _spectrum(count: int) -> np.ndarray:
    """Variance s_j of the waves that go round 0, 1, 2 ... times, summing to 1."""
    # Wide enough that the walk leaves the way from key to key and that neighbouring keys are
    # nearly independent (correlation 0.04), narrow enough to pass at a glance.
    width = max(2.0, 0.4 * count)
    order = np.arange(int(np.ceil(3.5 * width)) + 1)
    waves = np.exp(-((order / width) ** 2) / 2)
    waves[0] /= 2  # a two-sided spectrum: its other waves are there twice
    return waves / waves.sum()
