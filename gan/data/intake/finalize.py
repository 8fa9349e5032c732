"""Finalise an import: deduplicate, split, write."""

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.collection import IMAGES, LABELS, Collection
from gan.data.intake.messages import ImageImportError, SkipCounts

PIXELS = "pixels"  # file: the decoded images, uint8 (n,size,size,3)
LEAST_IMAGES = 20
HELD_EVERY = 10  # every tenth image is held out
LEAST_HELD = 4
GREY_SHARE = 0.99  # of all images: then the collection is grey
CHUNK = 512  # images in memory at once


@dataclass
class Decoded:
    """What the worker reported: class, greyness and hash of each image in the file of pixels."""

    skipped: SkipCounts = field(default_factory=SkipCounts)
    classes: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    grey: list[bool] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
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
            self.labels.append(event["kept"])
            self.grey.append(event["grey"])
            self.hashes.append(event["hash"])
            for note in event["notes"]:
                self.noted[note] = self.noted.get(note, 0) + 1

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
    if len(kept) < LEAST_IMAGES:
        raise decoded.error("too_few", count=len(kept), least=LEAST_IMAGES)
    present, labels = np.unique(np.array(decoded.labels)[kept], return_inverse=True)
    names = tuple(decoded.classes[k] for k in present) if len(present) > 1 else ()
    channels = 1 if np.mean(np.array(decoded.grey)[kept]) >= GREY_SHARE else 3
    order, held = split(labels)
    pixels = np.memmap(folder / PIXELS, np.uint8, "r").reshape(-1, size, size, 3)
    digest = hashlib.blake2b(repr(names).encode(), digest_size=6)
    shape = (len(order), channels, size, size)
    images = np.lib.format.open_memmap(folder / IMAGES, "w+", np.uint8, shape)
    for i in range(0, len(order), CHUNK):
        part = _channels(pixels[kept[order[i : i + CHUNK]]], channels)
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


def split(labels: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the order of images (n,) with the held-out ones last, and the number of these.

    They are a tenth of each class, at least `LEAST_HELD` in all, chosen by a fixed seed.
    """
    mixed = np.random.default_rng(0).permutation(len(labels))
    by_class = mixed[np.argsort(labels[mixed], kind="stable")]
    every = max(2, min(HELD_EVERY, len(labels) // LEAST_HELD))
    held = np.zeros(len(labels), bool)
    held[by_class[every // 2 :: every]] = True
    return np.concatenate([np.flatnonzero(~held), np.flatnonzero(held)]), int(held.sum())


def _channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Convert images (n,h,w,3) to (n,c,h,w); grey as Pillow does, which keeps grey pixels."""
    if channels == 3:
        return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    weights = np.array([19595, 38470, 7471], np.uint32)
    return ((pixels.astype(np.uint32) @ weights + 32768) >> 16).astype(np.uint8)[:, None]
