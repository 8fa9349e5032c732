"""Whole numbers from a seed and a counter, the same in Python and in the browser."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def hashed(seed: int, counter: ArrayLike, salt: int = 0x243F6A88) -> np.ndarray:
    """uint32, one for each `counter` (whole numbers from 0), spread evenly over 0 to 2**32 - 1.

    seed: 0 to 2**32 - 1. Another `salt` gives other numbers of the same seed.
    demo/static/hashing.js gives the very same ones.
    """
    start = _mix(np.array(seed ^ salt, dtype=np.uint32))
    steps = np.asarray(counter).astype(np.uint32) * np.uint32(0x9E3779B1)
    return _mix(_mix(steps + start) ^ start)


def _mix(h: np.ndarray) -> np.ndarray:
    """The finaliser of MurmurHash3 (Appleby, public domain), uint32 to uint32."""
    h = np.atleast_1d(h)  # numpy warns of a lone number's overflow, which is meant here
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))
