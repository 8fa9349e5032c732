"""Several loops in step: the same curve, drawn by other hands."""

from __future__ import annotations

import numpy as np

from gan.latent.hashing import hashed


def tile(z: np.ndarray, index: int) -> np.ndarray:
    """Latents (n,d) of loop `index`, a whole number from 0: the first is z itself.

    The others are z with its coordinates shuffled and some turned round, the same way for every
    frame: norms, angles and so the timing are those of z, and the prior cannot tell them apart.
    """
    if index == 0:
        return z
    order, signs = _hand(index, z.shape[1])
    return signs.astype(z.dtype) * z[:, order]


def _hand(index: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(hashed(index, np.arange(d)), kind="stable")
    signs = 1 - 2 * (hashed(index, d + np.arange(d)) >> 31).astype(np.int64)
    return order, signs
