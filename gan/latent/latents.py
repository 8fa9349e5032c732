"""Latents from seeds, the same in Python and in the browser.

The generators of numpy and torch are too large to ship to the browser, so a seed is turned into
normal numbers by a counter hash and the Box-Muller transform.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gan.latent.hashing import hashed

SEED_MAX = 2**32 - 1
SALT = 0x5BD1E995


def latent(seed: int, z_dim: int) -> np.ndarray:
    """Return z ~ N(0, I), float32 (z_dim,), as a deterministic function of `seed`.

    Raises ValueError if the seed is not an integer from 0 to 2**32 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= SEED_MAX:
        raise ValueError(f"The seed is {seed!r}; it must be a whole number from 0 to {SEED_MAX}.")
    pairs = (z_dim + 1) // 2
    uniform = (hashed(seed, np.arange(2 * pairs), SALT).astype(np.float64) + 0.5) / 2**32
    radius = np.sqrt(-2 * np.log(uniform[:pairs]))
    angle = 2 * np.pi * uniform[pairs:]
    z = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    return z[:z_dim].astype(np.float32)


def latents(seeds: Iterable[int], z_dim: int) -> np.ndarray:
    """Return one latent per seed, float32 (n, z_dim)."""
    return np.stack([latent(seed, z_dim) for seed in seeds])
