"""Convert decoded pixels to those of a collection, all by the same background and ranges."""

from collections import defaultdict

import numpy as np

from gan.data.intake.background import BACKGROUNDS, BLANK, choose_background, composite
from gan.data.intake.decoded import Decoded
from gan.data.intake.depth import FULL, common_range, eight_bits


class Flatten:
    """Converts decoded pixels to RGB: the background and ranges are those of all.

    `kept` are the indices of the pictures, images or frames, that remain, unless they are blank.
    """

    def __init__(self, decoded: Decoded, kept: np.ndarray) -> None:
        self._ranges = {i: decoded.ranges[i] for i in kept.tolist() if i in decoded.ranges}
        self._clear = {i: decoded.contrasts[i] for i in kept.tolist() if i in decoded.contrasts}
        self._background = choose_background(list(self._clear.values()))
        decoded.note(list(BACKGROUNDS)[self._background], len(self._clear))
        by_kind = defaultdict(list)
        for one in self._ranges.values():
            by_kind[one.kind].append(one)
        self._common = {kind: common_range(found) for kind, found in by_kind.items()}
        stretched = [one for one in self._ranges.values() if self._common[one.kind] not in FULL]
        decoded.note("deep", len(stretched))

    def is_blank(self, index: int) -> bool:
        """Return whether an image shows nothing."""
        return index in self._clear and self._clear[index][self._background] <= BLANK

    def __call__(self, pixels: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """Return images uint8 (n,size,size,3)."""
        raw = pixels[indices]
        flat = raw[..., :3].copy()
        for i, index in enumerate(indices.tolist()):
            if index in self._ranges:
                values = raw[i].view(np.float32)
                flat[i] = eight_bits(values, *self._common[self._ranges[index].kind])
            elif index in self._clear:
                flat[i] = composite(raw[i], list(BACKGROUNDS.values())[self._background])
        return flat


def in_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Convert images (n,h,w,3) to (n,c,h,w); grey as Pillow does, which keeps grey pixels."""
    if channels == 3:
        return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    weights = np.array([19595, 38470, 7471], np.uint32)
    return ((pixels.astype(np.uint32) @ weights + 32768) >> 16).astype(np.uint8)[:, None]
