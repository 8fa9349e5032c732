"""Variations of one loop, synchronised, for a grid of loops in one picture."""

from __future__ import annotations

import numpy as np

from gan.latent.hashing import hashed


def tile(z: np.ndarray, index: int, content: int | None = None) -> np.ndarray:
    """Return the latents (n,d) of loop `index` >= 0; loop 0 is z itself.

    The others apply a fixed signed permutation to the first `content` coordinates of z (all), so
    that motion is the same in all loops. Norms, angles and therefore the timing are unchanged, and
    so is the likelihood under the prior.
    """
    if index == 0:
        return z
    content = z.shape[1] if content is None else content
    order, signs = _signed_permutation(index, content)
    varied = signs.astype(z.dtype) * z[:, order]
    return np.concatenate([varied, z[:, content:]], axis=1)


def _signed_permutation(index: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(hashed(index, np.arange(d)), kind="stable")
    signs = 1 - 2 * (hashed(index, d + np.arange(d)) >> 31).astype(np.int64)
    return order, signs
