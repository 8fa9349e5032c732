"""Variations of one loop, synchronised, for a grid of loops in one picture."""

from __future__ import annotations

import numpy as np

from gan.latent.hashing import hashed


def tile(z: np.ndarray, index: int) -> np.ndarray:
    """Return the latents (n,d) of loop `index` >= 0; loop 0 is z itself.

    The others apply a fixed signed permutation to the coordinates of z. Norms, angles and therefore
    the timing are unchanged, and so is the likelihood under the prior.
    """
    if index == 0:
        return z
    order, signs = _signed_permutation(index, z.shape[1])
    return signs.astype(z.dtype) * z[:, order]


def _signed_permutation(index: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(hashed(index, np.arange(d)), kind="stable")
    signs = 1 - 2 * (hashed(index, d + np.arange(d)) >> 31).astype(np.int64)
    return order, signs
