"""Takes in images of one's own: an archive or a folder of anybody's becomes a collection, or
nothing does.

A process of its own reads (`gan.image_worker`); here is what watches it, and what is made of all
pictures together: equal ones left out, grey or colour, which are held out.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from gan.about import clean_title
from gan.collection import IMAGES, LABELS, Collection, Store
from gan.datasets import OWN_SIZES
from gan.image_reader import Reader
from gan.image_sources import Limits
from gan.skipped import Tally

FITS = ("crop", "pad")
LEAST_IMAGES = 20
HELD_EVERY = 10  # one of so many is held out,
LEAST_HELD = 4  # or more, so that they are these at least
GREY_SHARE = 0.99  # of all pictures: then all are kept grey
CHUNK = 512  # pictures in memory at once
PIXELS = "pixels"
TELL_S = 0.2

SENTENCES = MappingProxyType(
    {
        "bundle_damaged": "The upload was cut short or damaged; try again.",
        "cancelled": "Stopped; nothing was kept.",
        "disk": "The images could not be kept: {why}.",
        "not_there": "There is no such file or folder, or it cannot be read.",
        "not_zip": "That is no zip file (or it was cut short). Pack the images as .zip, or choose "
        "the images themselves.",
        "reader": "The program that reads images has ended unexpectedly; nothing was kept.",
        "too_few": "{count} images were found that can be used; training needs {least} at least.",
        "too_many_files": "There are too many files in it to even list them; take fewer.",
        "zip_damaged": "The zip file is damaged; pack it again.",
    }
)


class IntakeError(ValueError):
    """Nothing was kept, and why: a key of `SENTENCES` with `values`. `skipped` says what was met
    on the way, as in `Collection`.
    """

    def __init__(
        self, key: str, skipped: list[dict[str, Any]] | None = None, **values: Any
    ) -> None:
        super().__init__(SENTENCES[key].format(**values))
        self.key, self.values, self.skipped = key, values, skipped or []


@dataclass(frozen=True)
class Progress:
    """So far: `done` of `total` files looked at (0 while they are being listed), `kept` images,
    and files a second."""

    done: int
    total: int
    kept: int
    files_per_s: float


@dataclass
class _Read:
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


def take_in(
    source: Path,
    store: Store,
    *,
    name: str = "",
    size: int = 64,
    fit: str = "crop",
    limits: Limits = Limits(),  # noqa: B008
    owner: str = "",
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Collection:
    """The collection of the images in a folder, a zip or a bundle (`gan.image_sources`).

    `size` 32, 64 or 128 px; `fit` see `image_file.prepare`. `on_progress` is told a few times a
    second; `stop`, set, ends it.

    Raises:
        IntakeError: nothing was kept, and why.
        ValueError: a size or fit that is not offered.
    """
    if size not in OWN_SIZES or fit not in FITS:
        listed = ", ".join(map(str, OWN_SIZES))
        raise ValueError(f"Images are prepared at {listed} px; fit is one of: {', '.join(FITS)}.")
    tally, stop = Tally(), stop or threading.Event()
    try:
        arrived = store.arrive()
    except OSError as error:
        raise IntakeError("disk", why=error.strerror) from error
    try:
        asked = {"source": str(Path(source).absolute()), "size": size, "fit": fit}
        read = _read(asked, arrived / PIXELS, limits, tally, on_progress, stop)
        title = clean_title(name) or clean_title(Path(source).stem) or "images"
        facts = {"name": title, "fit": fit, "owner": owner, "noted": read.noted}
        made = _settle(arrived, size, read, tally, facts)
        if stop.is_set():
            raise IntakeError("cancelled")
        return store.keep(arrived, made)
    except OSError as error:
        raise IntakeError("disk", why=error.strerror or "unknown") from error
    finally:
        store.forget(arrived)


def _read(
    asked: dict[str, Any],
    path: Path,
    limits: Limits,
    tally: Tally,
    on_progress: Callable[[Progress], None] | None,
    stop: threading.Event,
) -> _Read:
    read, begun_s, told_s = _Read(), time.monotonic(), 0.0
    reader = Reader(asked | {"limits": vars(limits)}, path, 3 * asked["size"] ** 2)
    done = total = 0
    with closing(reader.events(stop)) as events:
        for event in events:
            if "total" in event:
                total, begun_s = event["total"], time.monotonic()
            done += "total" not in event
            read.take(event, tally)
            now_s = time.monotonic()
            if on_progress and (now_s - told_s > TELL_S or done == total):
                told_s = now_s
                on_progress(
                    Progress(done, total, len(read.labels), done / max(1e-3, now_s - begun_s))
                )
    if stop.is_set():
        raise IntakeError("cancelled")
    return read


def _settle(
    arrived: Path, size: int, read: _Read, tally: Tally, facts: dict[str, Any]
) -> Collection:
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
