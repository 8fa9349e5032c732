"""A Gaussian process on the circle conditioned on given points: a random closed walk."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan.latent.hashing import hashed
from gan.latent.latents import latents


def wander_through(points: np.ndarray, wander: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a smooth random function u (n,) -> float64 (n,d) of period k, points[i] at u = i.

    points: (k,d), k >= 1. wander: seed, 0 to 2**32 - 1. A sample of the prior process is
    conditioned on the points by Matheron's rule (Journel & Huijbregts 1978, "Mining
    Geostatistics"). The norm is about sqrt(d) everywhere, as for Gaussian noise.
    """
    count, d = points.shape
    waves = _spectrum(count)
    order = np.arange(len(waves))
    noise = latents([int(seed) for seed in hashed(wander, np.arange(2 * len(waves)))], d)
    # (2, J, d): cosine and sine coefficients of each wave
    draw = np.sqrt(waves)[:, None] * noise.reshape(2, len(waves), d).astype(np.float64)

    def basis(u: np.ndarray) -> np.ndarray:
        angle = (2.0 * np.pi / count) * np.multiply.outer(u, order)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)  # (n, 2, J)

    keys = basis(np.arange(count, dtype=np.float64))
    # The kernel K(t - t_i) = sum of s_j cos 2 pi j (t - t_i) is a sum of the same waves, so the
    # correction towards the points only changes their coefficients.
    kernel = np.einsum("icj,j,kcj->ik", keys, waves, keys)
    pull = np.linalg.solve(kernel, points - np.tensordot(keys, draw, 2))
    draw = draw + waves[:, None] * np.einsum("icj,id->cjd", keys, pull)
    return lambda u: np.tensordot(basis(u), draw, 2)


def _spectrum(count: int) -> np.ndarray:
    """Return the variance s_j of the waves of frequency 0, 1, 2, ...; they sum to 1."""
    # Wide enough for neighbouring keyframes to be nearly independent (correlation 0.04), narrow
    # enough for the motion between them to be easy to follow.
    width = max(2.0, 0.4 * count)
    order = np.arange(int(np.ceil(3.5 * width)) + 1)
    waves = np.exp(-((order / width) ** 2) / 2)
    waves[0] /= 2  # two-sided spectrum: all other waves count twice
    return waves / waves.sum()
