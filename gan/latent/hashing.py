"""A counter-based hash with the same results in Python and in the browser."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def hashed(seed: int, counter: ArrayLike, salt: int = 0x243F6A88) -> np.ndarray:
    """Hash each non-negative integer of `counter` to a uint32, uniform in [0, 2**32 - 1].

    seed: 0 to 2**32 - 1. A different `salt` gives an independent sequence for the same seed.
    """
    start = _mix(np.array(seed ^ salt, dtype=np.uint32))
    steps = np.asarray(counter).astype(np.uint32) * np.uint32(0x9E3779B1)
    return _mix(_mix(steps + start) ^ start)


def _mix(h: np.ndarray) -> np.ndarray:
    """Apply the finalizer of MurmurHash3 (Appleby, public domain), uint32 to uint32."""
    h = np.atleast_1d(h)  # numpy warns about overflow of scalars, which is intended here
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))
