"""Collections of one's own images: prepared pixels in a folder of their own, and what is known of
them.

<id>/images.npy    uint8 (n,c,h,w), those to learn from first, then those held out
<id>/labels.npy    int64 (n,)
<id>/facts.json    see `Collection`

An id is "own-" and 12 hex digits of a hash of pixels, labels and class names: the same images
prepared once more, here or elsewhere, are the same collection, and a run finds them again. Whose
they are stands behind a dot in the folder's name: two people's are never one. Nothing of an
original is kept but these pixels.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gan.datasets import MOST_CLASSES, OWN_SIZES, is_own
from gan.paths import ROOT
from gan.storage.metadata import clean_title
from gan.system.atomic import is_alive, sync_folder, write_json

FACTS, IMAGES, LABELS = "facts.json", "images.npy", "labels.npy"
ARRIVING = ".arriving"  # below the store; what lies in it is no collection, or none any more
LARGEST_FACTS_BYTES = 256_000
OWNER_DIGITS = 16  # of an owner's mark, in a folder's name


@dataclass(frozen=True)
class Collection:
    """One collection. `size` px a side, `channels` 1 or 3; `classes` are the names of its classes
    in the order of their labels, none if it has none, and `counts` how many images each has.

    `train` images are learned from, `held` are held out; `skipped` and `noted` are those of
    `gan.data.intake.skipped.Tally`. `made_s` is in seconds since 1970, `owner` the mark of whoever
    brought it ("": whoever uses this machine).
    """

    id: str
    name: str
    size: int
    channels: int
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    train: int
    held: int
    fit: str
    skipped: tuple[dict[str, Any], ...]
    noted: dict[str, int]
    made_s: float
    owner: str = ""

    @property
    def count(self) -> int:
        """All its images."""
        return self.train + self.held

    def settings(self) -> dict[str, Any]:
        """What a `Config` says of it."""
        return {
            "data": self.id,
            "image_size": self.size,
            "image_channels": self.channels,
            "image_classes": len(self.classes),
        }

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Collection:
        """The reverse. Raises ValueError, TypeError or LookupError of what it did not write."""
        classes, counts = tuple(values["classes"]), tuple(values["counts"])
        found = cls(**{**values, "classes": classes, "counts": counts})
        fits = is_own(found.id) and found.size in OWN_SIZES and found.channels in (1, 3)
        named = len(classes) == len(counts) <= MOST_CLASSES and all(map(clean_title, classes))
        if not (fits and named and found.train > 0 and found.held > 0):
            raise ValueError("these are not the facts of a collection")
        return replace(found, skipped=tuple(found.skipped))


class CollectionStore:
    """The folder with all collections. Every method looks anew: several processes may share it."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = store_folder() if root is None else Path(root)

    def all(self) -> list[Collection]:
        """Every whole collection, the newest first."""
        folders = list(self.root.iterdir()) if self.root.is_dir() else []
        found = [one for path in folders if (one := _read(path)) is not None]
        return sorted(found, key=lambda one: (one.made_s, one.id), reverse=True)

    def find(self, name: str, owner: str | None = None) -> Collection | None:
        """The collection of that id, of this owner or (None) of anybody: all have the same
        pixels.
        """
        known = [one for one in self.all() if one.id == name] if is_own(name) else []
        return next((one for one in known if owner is None or one.owner == owner), None)

    def pixels(self, one: Collection, train: bool) -> tuple[np.ndarray, np.ndarray]:
        """Images uint8 (n,c,h,w), mapped from the disk and not read yet, and labels int64 (n,).

        Raises:
            OSError, ValueError: its files are gone, or not what its facts say.
        """
        folder = self.folder(one)
        images = np.load(folder / IMAGES, mmap_mode="c", allow_pickle=False)
        labels = np.load(folder / LABELS, allow_pickle=False)
        shape = (one.count, one.channels, one.size, one.size)
        if (images.shape, images.dtype, labels.shape) != (shape, np.uint8, shape[:1]):
            raise ValueError(f"the images in {folder.name} are not what its facts say")
        if labels.dtype != np.int64 or not 0 <= labels.min() <= labels.max() < MOST_CLASSES:
            raise ValueError(f"the labels in {folder.name} are not what its facts say")
        half = slice(None, one.train) if train else slice(one.train, None)
        return images[half], labels[half]

    def folder(self, one: Collection) -> Path:
        """Where its files lie."""
        return self.root / folder_name(one)

    def arrive(self) -> Path:
        """A new folder for what is not whole yet; `keep` or `forget` it."""
        (self.root / ARRIVING).mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}.", dir=self.root / ARRIVING))

    def arrive_as_file(self) -> tuple[int, Path]:
        """The same as a file, open to be written: (its handle, where it is)."""
        (self.root / ARRIVING).mkdir(parents=True, exist_ok=True)
        prefix = f"{os.getpid()}."
        handle, name = tempfile.mkstemp(".upload", prefix, dir=self.root / ARRIVING)
        return handle, Path(name)

    def keep(self, arrived: Path, one: Collection) -> Collection:
        """What lies in `arrived` is this collection from now on, in one step; if it was there
        already, it has its new facts.

        Raises:
            OSError: the disk said no; nothing has changed.
        """
        write_json(arrived / FACTS, one.to_json())
        folder = self.folder(one)
        if _read(folder) is not None:  # the same pixels: that is its name
            write_json(folder / FACTS, one.to_json())
            self.forget(arrived)
            return one
        if folder.exists():
            self._remove(folder)
        arrived.chmod(0o755)  # mkdtemp is for its maker only
        arrived.rename(folder)
        sync_folder(self.root)
        return one

    def change(self, one: Collection, **values: Any) -> Collection:
        """Other facts, such as its `name`.

        Raises:
            OSError: it is not there any more, or the disk said no; nothing has changed.
        """
        changed = replace(one, **values)
        write_json(self.folder(one) / FACTS, changed.to_json())
        return changed

    def delete(self, one: Collection) -> None:
        """Remove it for good; a killed process leaves it whole, or gone. What trains from it has
        its pixels until it ends.

        Raises:
            OSError: it is not there any more, or the disk said no.
        """
        self._remove(self.folder(one))

    def forget(self, arrived: Path) -> None:
        """Remove what `arrive` gave."""
        shutil.rmtree(arrived, ignore_errors=True)

    def bytes(self) -> int:
        """What all of it takes of the disk, what is on its way as well."""
        found = 0
        for path in self.root.rglob("*") if self.root.is_dir() else ():
            with contextlib.suppress(OSError):  # deleted meanwhile
                found += path.stat().st_size
        return found

    def sweep(self) -> None:
        """Remove what killed processes left, and this one; one still alive keeps its own."""
        place = self.root / ARRIVING
        for path in list(place.iterdir()) if place.is_dir() else []:
            maker = path.name.partition(".")[0]
            if not maker.isdigit() or int(maker) == os.getpid() or not is_alive(int(maker)):
                shutil.rmtree(path, ignore_errors=True)
                if path.is_file():
                    path.unlink(missing_ok=True)

    def _remove(self, folder: Path) -> None:
        dying = self.arrive()
        folder.rename(dying / folder.name)
        sync_folder(self.root)
        shutil.rmtree(dying, ignore_errors=True)


def store_folder() -> Path:
    """LATENT_STUDIO_IMAGES, else "images" beside the folder of runs."""
    chosen, runs = os.environ.get("LATENT_STUDIO_IMAGES"), os.environ.get("LATENT_STUDIO_RUNS")
    if chosen:
        return Path(chosen)
    return (Path(runs).absolute().parent if runs else ROOT) / "images"


def folder_name(one: Collection) -> str:
    """Of a collection, within the store."""
    return f"{one.id}.{one.owner[:OWNER_DIGITS]}" if one.owner else one.id


def _read(folder: Path) -> Collection | None:
    path = folder / FACTS
    try:
        if not is_own(folder.name.partition(".")[0]) or path.stat().st_size > LARGEST_FACTS_BYTES:
            return None
        one = Collection.from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, LookupError, RecursionError, AttributeError):
        return None
    return one if folder_name(one) == folder.name else None
