"""All pictures that were read of one archive or folder, made a collection."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.collection import IMAGES, LABELS, Collection
from gan.data.intake.errors import IntakeError
from gan.data.intake.skipped import Tally

PIXELS = "pixels"  # of the pictures as they were read, uint8 (n,size,size,3)
LEAST_IMAGES = 20
HELD_EVERY = 10  # one of so many is held out,
LEAST_HELD = 4  # or more, so that they are these at least
GREY_SHARE = 0.99  # of all pictures: then all are kept grey
CHUNK = 512  # pictures in memory at once


@dataclass
class Read:
    """What was read: of each kept picture its class, whether it is grey, and a hash."""

    classes: list[str] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    grey: list[bool] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    noted: dict[str, int] = field(default_factory=dict)

    def take(self, event: dict[str, Any], tally: Tally) -> None:
        """What the worker said. Raises IntakeError when that is the end."""
        if "fatal" in event:
            raise IntakeError(event["fatal"], tally.to_json(), **event.get("values", {}))
        if "total" in event:
            self.classes, self.noted = event["classes"], event["noted"]
            tally.add_all(event["skipped"])
        elif "skip" in event:
            tally.add(event["skip"], event["name"], **event["values"])
        else:
            self.labels.append(event["kept"])
            self.grey.append(event["grey"])
            self.hashes.append(event["hash"])
            for note in event["notes"]:
                self.noted[note] = self.noted.get(note, 0) + 1


def settle(arrived: Path, size: int, read: Read, tally: Tally, facts: dict[str, Any]) -> Collection:
    """The files of the collection, in place of the pixels as they were read."""
    first: dict[str, int] = {}
    for number, digest in enumerate(read.hashes):
        first.setdefault(digest, number)
    kept = np.array(sorted(first.values()), dtype=np.int64)
    if len(kept) < len(read.hashes):
        tally.add("duplicate", count=len(read.hashes) - len(kept))
    if len(kept) < LEAST_IMAGES:
        raise IntakeError("too_few", tally.to_json(), count=len(kept), least=LEAST_IMAGES)
    labels = np.array(read.labels, dtype=np.int64)[kept]
    present = np.unique(labels)
    labels = np.searchsorted(present, labels)
    names = tuple(read.classes[k] for k in present) if len(present) > 1 else ()
    channels = 1 if np.mean(np.array(read.grey)[kept]) >= GREY_SHARE else 3
    order, held = split(labels)
    pixels = np.memmap(arrived / PIXELS, np.uint8, "r").reshape(-1, size, size, 3)
    digest = hashlib.blake2b(repr(names).encode(), digest_size=6)
    shape = (len(order), channels, size, size)
    images = np.lib.format.open_memmap(arrived / IMAGES, "w+", np.uint8, shape)
    for i in range(0, len(order), CHUNK):
        part = _channels(pixels[kept[order[i : i + CHUNK]]], channels)
        digest.update(part.tobytes())
        images[i : i + CHUNK] = part
    images.flush()
    del images, pixels
    labels = labels[order]
    digest.update(labels.tobytes())
    np.save(arrived / LABELS, labels)
    (arrived / PIXELS).unlink()
    for path in (arrived / IMAGES, arrived / LABELS):
        _sync(path)
    return Collection(
        id=f"own-{digest.hexdigest()}",
        size=size,
        channels=channels,
        classes=names,
        counts=tuple(np.bincount(labels).tolist()) if names else (),
        train=len(order) - held,
        held=held,
        skipped=tuple(tally.to_json()),
        made_s=time.time(),
        **facts,
    )


def split(labels: np.ndarray) -> tuple[np.ndarray, int]:
    """The order of images (n,) with those held out last, and how many these are.

    A tenth of each class, chosen by a fixed seed; `LEAST_HELD` at least.
    """
    mixed = np.random.default_rng(0).permutation(len(labels))
    by_class = mixed[np.argsort(labels[mixed], kind="stable")]
    every = max(2, min(HELD_EVERY, len(labels) // LEAST_HELD))
    held = np.zeros(len(labels), bool)
    held[by_class[every // 2 :: every]] = True
    return np.concatenate([np.flatnonzero(~held), np.flatnonzero(held)]), int(held.sum())


def _channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Pictures (n,h,w,3) as (n,c,h,w); grey is what Pillow makes of it, of grey the same grey."""
    if channels == 3:
        return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    weights = np.array([19595, 38470, 7471], np.uint32)
    return ((pixels.astype(np.uint32) @ weights + 32768) >> 16).astype(np.uint8)[:, None]


def _sync(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
