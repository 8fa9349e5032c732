"""Finalise an import: deduplicate, split, write."""

import hashlib
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.collection import IMAGES, LABELS, Collection
from gan.data.intake.background import BACKGROUNDS, BLANK, choose_background, composite
from gan.data.intake.depth import FULL, Range, common_range, eight_bits
from gan.data.intake.messages import ImageImportError, SkipCounts

PIXELS = "pixels"  # file: `DecodedImage.pixels` of each image, 4 bytes per pixel
LEAST_IMAGES = 20
HELD_EVERY = 10  # every tenth image is held out
LEAST_HELD = 4
GREY_SHARE = 0.99  # of all images: then the collection is grey
CHUNK = 512  # images in memory at once
DARK = 24  # of 255: an image without a brighter pixel is nearly black


@dataclass
class Decoded:
    """What the worker reported of each image in the file of pixels.

    `ranges` are of deep images only, and `contrasts` of transparent ones, by index.
    """

    skipped: SkipCounts = field(default_factory=SkipCounts)
    classes: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    grey: list[bool] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    ranges: dict[int, Range] = field(default_factory=dict)
    contrasts: dict[int, list[int]] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)

    def add(self, event: dict[str, Any]) -> None:
        """Record an event of the worker. Raises ImageImportError if it is fatal."""
        if "fatal" in event:
            raise self.error(event["fatal"], **event.get("values", {}))
        if "total" in event:
            self.classes, self.noted = event["classes"], event["noted"]
            for one in event["skipped"]:
                self.skipped.add(one["key"], one["example"], one["count"], **one["values"])
        elif "skip" in event:
            self.skipped.add(event["skip"], event["name"], **event["values"])
        else:
            if event["range"]:
                self.ranges[len(self.labels)] = Range(*event["range"])
            if event["contrasts"]:
                self.contrasts[len(self.labels)] = event["contrasts"]
            self.labels.append(event["kept"])
            self.grey.append(event["grey"])
            self.hashes.append(event["hash"])
            for note in event["notes"]:
                self.note(note)

    def note(self, key: str, count: int = 1) -> None:
        """Count `count` more images for a key of `messages.NOTES`."""
        if count:
            self.noted[key] = self.noted.get(key, 0) + count

    def error(self, key: str, **values: Any) -> ImageImportError:
        """Return an error that reports the skipped files."""
        return ImageImportError(key, self.skipped.to_json(), **values)


def finalize(folder: Path, size: int, decoded: Decoded, facts: dict[str, Any]) -> Collection:
    """Replace the file of pixels by the images and labels of a collection.

    Raises ImageImportError for too few images, and OSError.
    """
    kept = np.sort(np.unique(decoded.hashes, return_index=True)[1])  # the first of equal images
    if len(kept) < len(decoded.hashes):
        decoded.skipped.add("duplicate", count=len(decoded.hashes) - len(kept))
    flatten = _Flatten(decoded, kept)
    blank = np.array([flatten.is_blank(index) for index in kept], dtype=bool)
    if blank.any():
        decoded.skipped.add("blank", count=int(blank.sum()))
        kept = kept[~blank]
    if len(kept) < LEAST_IMAGES:
        raise decoded.error("too_few", count=len(kept), least=LEAST_IMAGES)
    present, labels = np.unique(np.array(decoded.labels)[kept], return_inverse=True)
    if len(present) > 1 and not can_split(labels):
        decoded.note("small_classes", len(present))
        labels, present = np.zeros_like(labels), present[:1]
    names = tuple(decoded.classes[k] for k in present) if len(present) > 1 else ()
    channels = 1 if np.mean(np.array(decoded.grey)[kept]) >= GREY_SHARE else 3
    order, held = split(labels)
    pixels = np.memmap(folder / PIXELS, np.uint8, "r").reshape(-1, size, size, 4)
    digest = hashlib.blake2b(repr(names).encode(), digest_size=6)
    shape = (len(order), channels, size, size)
    images = np.lib.format.open_memmap(folder / IMAGES, "w+", np.uint8, shape)
    for i in range(0, len(order), CHUNK):
        part = _channels(flatten(pixels, kept[order[i : i + CHUNK]]), channels)
        decoded.note("dark", int((part.reshape(len(part), -1).max(1) <= DARK).sum()))
        digest.update(part.tobytes())
        images[i : i + CHUNK] = part
    images.flush()
    del images, pixels
    labels = labels[order].astype(np.int64)
    digest.update(labels.tobytes())
    np.save(folder / LABELS, labels)
    (folder / PIXELS).unlink()
    for name in (IMAGES, LABELS):
        with open(folder / name, "rb") as file:
            os.fsync(file.fileno())
    return Collection(
        id=f"own-{digest.hexdigest()}",
        size=size,
        channels=channels,
        classes=names,
        counts=tuple(np.bincount(labels).tolist()) if names else (),
        train=len(order) - held,
        held=held,
        skipped=tuple(decoded.skipped.to_json()),
        noted=decoded.noted,
        made_s=time.time(),
        **facts,
    )


def can_split(labels: np.ndarray) -> bool:
    """Return whether enough images can be held out if each class keeps one for training."""
    return len(_divisible(labels)) >= 2 * LEAST_HELD


def split(labels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the order of images (n,) with the held-out ones last, and the number of these.

    They are a tenth of each class, at least `LEAST_HELD` in all, chosen by a fixed seed, and never
    the only image of a class.
    """
    mixed = np.random.default_rng(0).permutation(len(labels))
    by_class = mixed[np.argsort(labels[mixed], kind="stable")]
    by_class = by_class[np.isin(by_class, _divisible(labels))]
    every = max(2, min(HELD_EVERY, len(by_class) // LEAST_HELD))
    held = np.zeros(len(labels), bool)
    held[by_class[every // 2 :: every]] = True
    return np.concatenate([np.flatnonzero(~held), np.flatnonzero(held)]), int(held.sum())


def _divisible(labels: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.bincount(labels)[labels] > 1)


class _Flatten:
    """Converts decoded pixels to RGB: the background and ranges are those of all images."""

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


def _channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Convert images (n,h,w,3) to (n,c,h,w); grey as Pillow does, which keeps grey pixels."""
    if channels == 3:
        return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    weights = np.array([19595, 38470, 7471], np.uint32)
    return ((pixels.astype(np.uint32) @ weights + 32768) >> 16).astype(np.uint8)[:, None]
