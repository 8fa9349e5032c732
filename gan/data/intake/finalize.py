"""Finalise an import: deduplicate, split, write."""

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.collection import IMAGES, LABELS, Collection
from gan.data.intake.decoded import Decoded
from gan.data.intake.flatten import Flatten, in_channels

PIXELS = "pixels"  # file: `DecodedImage.pixels` of each picture, 4 bytes per pixel
LEAST_IMAGES = 20
HELD_EVERY = 10  # every tenth image is held out
LEAST_HELD = 4
GREY_SHARE = 0.99  # of all images or frames: then the collection is grey
CHUNK = 512  # images in memory at once
DARK = 24  # of 255: an image without a brighter pixel is nearly black


def finalize(folder: Path, size: int, decoded: Decoded, facts: dict[str, Any]) -> Collection:
    """Replace the file of pixels by the images and labels of a collection.

    Raises ImageImportError for too few images, and OSError.
    """
    kept = first_of_equal(decoded)
    flatten = Flatten(decoded, kept)
    blank = np.array([flatten.is_blank(index) for index in kept], dtype=bool)
    if blank.any():
        decoded.skipped.add("blank", count=int(blank.sum()))
        kept = kept[~blank]
    if len(kept) < LEAST_IMAGES:
        raise decoded.error("too_few", count=len(kept), least=LEAST_IMAGES)
    named = name_classes(decoded, np.array(decoded.labels)[kept])
    order, held = split(named.labels)
    labels = named.labels[order]
    digest = hashlib.blake2b(repr(named.names).encode(), digest_size=6)
    channels = write_pictures(folder, size, flatten, kept[order], decoded, digest)
    digest.update(labels.tobytes())
    np.save(folder / LABELS, labels)
    sync(folder, IMAGES, LABELS)
    return Collection(
        id=f"own-{digest.hexdigest()}",
        size=size,
        channels=channels,
        classes=named.names,
        counts=named.counts,
        train=len(order) - held,
        held=held,
        skipped=tuple(decoded.skipped.to_json()),
        noted=decoded.noted,
        made_s=time.time(),
        **facts,
    )


def first_of_equal(decoded: Decoded) -> np.ndarray:
    """Return the indices of images or clips (n,), without duplicates, which are reported."""
    kept = np.sort(np.unique(decoded.hashes, return_index=True)[1])
    if len(kept) < len(decoded.hashes):
        decoded.skipped.add("duplicate", count=len(decoded.hashes) - len(kept))
    return kept


@dataclass(frozen=True)
class Named:
    """Labels int64 (n,), and the names of the classes, of which there are none or at least two."""

    labels: np.ndarray
    names: tuple[str, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(np.bincount(self.labels).tolist()) if self.names else ()


def name_classes(decoded: Decoded, labels: np.ndarray) -> Named:
    """Number the classes present among these labels (n,); one class if too many are single."""
    present, labels = np.unique(labels, return_inverse=True)
    if len(present) > 1 and not can_split(labels):
        decoded.note("small_classes", len(present))
        labels, present = np.zeros_like(labels), present[:1]
    names = tuple(decoded.classes[k] for k in present) if len(present) > 1 else ()
    return Named(labels.astype(np.int64), names)


def write_pictures(
    folder: Path, size: int, flatten: Flatten, indices: np.ndarray, decoded: Decoded, digest: Any
) -> int:
    """Replace the file of pixels by the images or frames `indices` (n,), which `digest` gets.

    Returns the number of channels: 1 if nearly all are grey, else 3.
    """
    channels = 1 if np.mean(np.array(decoded.grey)[indices]) >= GREY_SHARE else 3
    pixels = np.memmap(folder / PIXELS, np.uint8, "r").reshape(-1, size, size, 4)
    shape = (len(indices), channels, size, size)
    images = np.lib.format.open_memmap(folder / IMAGES, "w+", np.uint8, shape)
    for i in range(0, len(indices), CHUNK):
        part = in_channels(flatten(pixels, indices[i : i + CHUNK]), channels)
        decoded.note("dark", int((part.reshape(len(part), -1).max(1) <= DARK).sum()))
        digest.update(part.tobytes())
        images[i : i + CHUNK] = part
    images.flush()
    del images, pixels
    (folder / PIXELS).unlink()
    return channels


def sync(folder: Path, *names: str) -> None:
    """Wait until files are on the disk."""
    for name in names:
        with open(folder / name, "rb") as file:
            os.fsync(file.fileno())


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
