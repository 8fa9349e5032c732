"""Collections of own images or clips: decoded pixels and metadata, one folder each.

<id>/images.npy    uint8 (n,c,h,w): the training, then the held-out images; or all frames of clips
<id>/clips.npy     only of clips, int64 (m,2): the first frame of each and its number of frames
<id>/labels.npy    int64 (n,)
<id>/facts.json    see `Collection`

An id is "own-" and 12 hex digits of a hash of pixels, clips, labels and class names, so importing
the same files again, on any machine, gives the same collection, and runs find it. The folder's name
ends in a dot and its owner's mark, so each owner has a collection. The original files are not kept.
"""

import os
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import TypeAdapter

from gan.config import ADA_TARGET
from gan.datasets import MOST_CLASSES, OWN_SIZES, is_own
from gan.paths import runs_folder, user_path
from gan.storage.layout import TEMPORARY
from gan.storage.metadata import clean_title
from gan.storage.process_files import own_prefix, remove_abandoned
from gan.system.atomic import read_json, sync_folder, write_json

FACTS, IMAGES, CLIPS, LABELS = "facts.json", "images.npy", "clips.npy", "labels.npy"
OWNER_DIGITS = 16  # of an owner's mark, in the name of a folder
FEW = (
    2000  # training images or clips; D memorises fewer, so they are augmented as needed by default
)


@dataclass(frozen=True)
class Collection:
    """The facts of a collection of images or clips of `size` px a side and 1 or 3 `channels`.

    `classes` are the class names in the order of their labels, `counts` the images of each; both
    are empty without classes. `train` images are for training, `held` are held out. `skipped` is
    `SkipCounts.to_json` and `noted` counts `NOTES` (`gan.data.intake.messages`). `made_s` is in
    seconds since 1970; `owner` is a visitor's mark, or "" for the user of this machine. Of clips,
    `frames` is the number of all frames and `fps` how many are shown in a second; else both are 0.
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
    frames: int = 0
    fps: float = 0.0

    @property
    def has_clips(self) -> bool:
        return self.frames > 0

    @property
    def count(self) -> int:
        return self.train + self.held

    def settings(self) -> dict[str, Any]:
        """Return the fields of a `Config` that describe it, and its default `augment_target`."""
        return {
            "data": self.id,
            "image_size": self.size,
            "image_channels": self.channels,
            "image_classes": len(self.classes),
            "augment_target": ADA_TARGET if self.train < FEW else 0.0,
        }

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """Parse what `to_json` gave. Raises ValueError, TypeError or LookupError if invalid."""
        lists = {name: tuple(values[name]) for name in ("classes", "counts", "skipped")}
        found = _FACTS.validate_python(vars(cls(**{**values, **lists})))
        fits = is_own(found.id) and found.size in OWN_SIZES and found.channels in (1, 3)
        named = len(found.classes) == len(found.counts) <= MOST_CLASSES
        named = named and all(map(clean_title, found.classes))
        moves = found.frames >= found.count and found.fps > 0
        fits = fits and (moves or not (found.frames or found.fps))
        if not (fits and named and found.train > 0 and found.held > 0):
            raise ValueError("not the facts of a collection")
        return found


_FACTS = TypeAdapter(Collection)


class CollectionStore:
    """The folder of all collections. Nothing is cached: several processes may share it.

    Changes are atomic; they raise OSError if the collection is gone or the disk refuses.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = store_folder() if root is None else Path(root)

    def all(self) -> list[Collection]:
        """Return the complete collections, the newest first."""
        found = filter(None, map(_read, list(self.root.glob("*"))))
        return sorted(found, key=lambda one: (one.made_s, one.id), reverse=True)

    def find(self, name: str, owner: str | None = None) -> Collection | None:
        """Return the collection of an id and owner; None: of any owner, with the same pixels."""
        known = [one for one in self.all() if one.id == name] if is_own(name) else []
        return next((one for one in known if owner is None or one.owner == owner), None)

    def pixels(self, one: Collection, train: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return images uint8 (n,c,h,w), memory-mapped, and labels int64 (n,) of one split.

        Of clips, the images are the middle frame of each, in memory.
        Raises OSError or ValueError if a file is missing or does not match the facts.
        """
        folder = self.folder(one)
        images = self._images(one)
        labels = np.load(folder / LABELS, allow_pickle=False)
        if (
            labels.shape != (one.count,)
            or labels.dtype != np.int64
            or not 0 <= labels.min() <= labels.max() < MOST_CLASSES
        ):
            raise ValueError(f"the labels in {folder.name} do not match its facts")
        half = _half(one, train)
        if one.has_clips:
            clips = self.clips(one, train)[1]
            return images[clips[:, 0] + clips[:, 1] // 2], labels[half]
        return images[half], labels[half]

    def clips(self, one: Collection, train: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return all frames uint8 (n,c,h,w), memory-mapped, and the clips of one split.

        The clips are int64 (m,2), the first frame of each and its number of frames, at least 1.
        Raises OSError or ValueError as `pixels` does.
        """
        folder, frames = self.folder(one), self._images(one)
        clips = np.load(folder / CLIPS, allow_pickle=False)
        if (clips.shape, clips.dtype) != ((one.count, 2), np.int64):
            raise ValueError(f"the clips in {folder.name} do not match its facts")
        if clips[:, 0].min() < 0 or clips[:, 1].min() < 1 or clips.sum(1).max() > len(frames):
            raise ValueError(f"the clips in {folder.name} do not match its frames")
        return frames, clips[_half(one, train)]

    def _images(self, one: Collection) -> np.ndarray:
        folder = self.folder(one)
        images = np.load(folder / IMAGES, mmap_mode="c", allow_pickle=False)
        shape = (one.frames or one.count, one.channels, one.size, one.size)
        if (images.shape, images.dtype) != (shape, np.uint8):
            raise ValueError(f"the images in {folder.name} do not match its facts")
        return images

    def folder(self, one: Collection) -> Path:
        return self.root / folder_name(one)

    def new_folder(self) -> Path:
        """Return a new temporary folder, to `add` or to remove."""
        return Path(tempfile.mkdtemp(prefix=own_prefix(), dir=self._temporary()))

    def new_upload(self) -> tuple[int, Path]:
        """Return the descriptor and the path of a new temporary file for an upload."""
        handle, name = tempfile.mkstemp(".upload", own_prefix(), self._temporary())
        return handle, Path(name)

    def add(self, made: Path, one: Collection) -> Collection:
        """Move the folder `made` into the store; a collection that exists only gets new facts."""
        write_json(made / FACTS, one.to_json())
        folder = self.folder(one)
        if _read(folder) is not None:  # equal ids: equal pixels
            write_json(folder / FACTS, one.to_json())
            shutil.rmtree(made, ignore_errors=True)
            return one
        if folder.exists():
            self._remove(folder)
        made.chmod(0o755)  # mkdtemp makes it private
        made.rename(folder)
        sync_folder(self.root)
        return one

    def update(self, one: Collection, **values: Any) -> Collection:
        """Write changed facts, such as the `name`, and return them."""
        changed = replace(one, **values)
        write_json(self.folder(one) / FACTS, changed.to_json())
        return changed

    def delete(self, one: Collection) -> None:
        """Delete a collection. Runs in progress keep its pixels until they end."""
        self._remove(self.folder(one))

    def sweep(self) -> None:
        """Remove temporary files of dead processes and of this one."""
        remove_abandoned(self.root / TEMPORARY)

    def _remove(self, folder: Path) -> None:
        temporary = self.new_folder()
        folder.rename(temporary / folder.name)
        sync_folder(self.root)
        shutil.rmtree(temporary, ignore_errors=True)

    def _temporary(self) -> Path:
        (self.root / TEMPORARY).mkdir(parents=True, exist_ok=True)
        return self.root / TEMPORARY


def store_folder() -> Path:
    """Return LATENT_STUDIO_IMAGES, or "images" beside the folder of runs."""
    chosen = os.environ.get("LATENT_STUDIO_IMAGES")
    return user_path(chosen) if chosen else runs_folder().absolute().parent / "images"


def folder_name(one: Collection) -> str:
    """Return the name of a collection's folder within the store."""
    return f"{one.id}.{one.owner[:OWNER_DIGITS]}" if one.owner else one.id


def _half(one: Collection, train: bool) -> slice:
    return slice(None, one.train) if train else slice(one.train, None)


def _read(folder: Path) -> Collection | None:
    try:
        one = Collection.from_json(read_json(folder / FACTS))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return one if folder_name(one) == folder.name else None
