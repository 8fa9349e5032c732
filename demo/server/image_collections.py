"""Collections of visitors' own images or clips, and the server functions that a page calls.

All take {"who": ..., ...} and answer as an `endpoint`. Uploads: `demo.train.images.routes`.

A collection: "id" (`Config.data`), "name", "size", "channels", "count", "train", "held", "fit",
"frames" and "fps" (0 unless they are clips),
"classes" [{"name", "count"}], "skipped", "noted", "made" (Unix time, s), "left_h" (until it is
deleted, or null), "training" (a run uses it: it cannot be deleted), "settings" (to merge into those
of the form).
An import: "import" (its key), "name", "state" (reading, done, failed, cancelled), "done" and
"total" files (0 while they are listed), "kept", "rate" (files/s), "left_s"; when done "collection"
(an id), when it failed "error" {"key", "values", "sentence"} and "skipped".
"skipped": [{"key", "count", "example" (a file), "values"}], text "images.skipped_<key>"; "noted":
{key: count}, text "images.noted_<key>"; errors: text "images.error_<key>".
"""

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import url2pathname

from demo.endpoint import Refused
from demo.server.collection_payload import collection_payload, preview
from demo.server.image_imports import ImageImports
from demo.server.privacy import NO_IMAGES
from demo.server.training_slot import ACTIVE
from gan.data.collection import Collection, CollectionStore
from gan.data.intake.importer import FITS
from gan.data.intake.units import FOLDERS, ClipOptions
from gan.datasets import OWN_SIZES, is_own
from gan.storage.metadata import clean_title

ADDRESS = "/studio/images"
EXPIRE_EVERY_S = 600
FPS, LENGTHS = (6, 12, 24), (16, 32, 64)  # of clips, offered to visitors
FIXED = ("image_channels", "image_classes")  # settings that the images determine


class ImageCollections:
    """One per server. Thread-safe."""

    def __init__(self, studio: Any) -> None:
        self._studio, self._settings = studio, studio.settings
        self._privacy = studio.access.privacy
        self.imports = ImageImports(studio.settings)
        self._ended = threading.Event()
        self._clock: threading.Thread | None = None

    def open(self) -> None:
        """Remove unfinished imports of a killed server, and from now on expired collections."""
        CollectionStore().sweep()
        if self._settings.images_kept_h is not None and self._clock is None:
            self._clock = threading.Thread(target=self._tick, name="images", daemon=True)
            self._clock.start()

    def close(self) -> None:
        """Stop all imports."""
        self._ended.set()
        self.imports.close()

    def functions(self) -> list[Callable[[Any], dict[str, Any]]]:
        """Return the server functions."""
        return [self.images, self.preview, self.rename, self.delete, self.cancel, self.bring]

    def images(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who"}: this visitor's collections and imports, and what they may bring."""
        who, settings, now_s = payload.get("who"), self._settings, time.time()
        mine = [one for one in CollectionStore().all() if self._privacy.owns(who, one.owner)]
        return {
            "collections": [
                collection_payload(one, self._left_s(one, now_s), self._trains(one)) for one in mine
            ],
            "imports": [one.payload() for one in self.imports.of(self._mark(who))],
            "may": self._studio.access.may_train(who),
            "folders": not settings.public,  # of the server's machine
            "sizes": list(OWN_SIZES),
            "fits": list(FITS),
            "fps": list(FPS),
            "lengths": list(LENGTHS),
            "folder_kinds": list(FOLDERS),
            "most_mb": settings.max_upload_mb,
            "most_images": settings.max_images,
            "kept_h": settings.images_kept_h,  # None: forever
            "address": ADDRESS,
        }

    def preview(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "id", "label"?}: {"picture", "columns", "rows", "side", "frames"}.

        See `collection_payload.preview`.
        """
        return preview(self._mine(payload), payload.get("label"))

    def rename(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "id", "name"}: {"name"}; an empty name changes nothing."""
        one = self._mine(payload)
        name = clean_title(payload.get("name")) or one.name
        return {"name": CollectionStore().update(one, name=name).name}

    def delete(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "id"}: {"deleted": id}; permanently."""
        one = self._mine(payload)
        if self._trains(one):
            raise Refused("images_in_use")
        CollectionStore().delete(one)
        return {"deleted": one.id}

    def cancel(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "import"}: {}."""
        for one in self.imports.of(self._mark(payload.get("who"))):
            if one.key == payload.get("import"):
                one.stop.set()
        return {}

    def bring(self, payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "folder", and the options of `take`}: {"import": key}; not on public servers."""
        if self._settings.public:
            raise Refused("images_local")
        who, folder = payload.get("who"), payload.get("folder")
        self.admit(who)
        path = _local_path(folder) if isinstance(folder, str) else None
        if path is None:
            raise LookupError("There is no such folder or zip file. Enter its full path.")
        return self.take(who, path, payload, leave_nothing=False)

    def complete(self, who: Any, values: Any) -> Any:
        """Complete the settings of a form with those that suit its own images.

        Raises:
            LookupError: the visitor has no such images on this server.
        """
        data = values.get("data") if isinstance(values, dict) else None
        if not isinstance(data, str) or not is_own(data):
            return values
        usual = self._find(who, data).settings()
        return usual | values | {name: usual[name] for name in FIXED}

    def admit(self, who: Any) -> None:
        """Raise Refused if this visitor may not bring images now."""
        if not self._studio.access.may_train(who):
            raise Refused("images_may")
        self._studio.access.room.check_images(who)

    def take(
        self, who: Any, source: Path, options: dict[str, Any], leave_nothing: bool
    ) -> dict[str, Any]:
        """Start to import an upload or a folder: {"import": key}.

        `options`: name, size, fit, and of clips fps, length and folders.
        Raises Refused, ValueError: not now, or options that are not offered.
        """
        size, fit = options.get("size", 64), options.get("fit", "crop")
        if size not in OWN_SIZES or fit not in FITS:
            raise ValueError("Choose one of the sizes and fits that are offered.")
        name = clean_title(options.get("name")) or clean_title(source.name)
        clips = {key: options[key] for key in ("fps", "length", "folders") if key in options}
        values = {"name": name, "size": size, "fit": fit, "clips": ClipOptions(**clips)}
        values["owner"] = self._privacy.owner(who)
        made = self.imports.begin(source, self._mark(who), values, leave_nothing)
        return {"import": made.key}

    def expire(self, now_s: float | None = None) -> list[str]:
        """Delete expired collections, except one in use by a run; return their ids."""
        now_s = time.time() if now_s is None else now_s
        old = [one for one in CollectionStore().all() if self._left_s(one, now_s) <= 0]
        gone = [one for one in old if not self._trains(one)]
        for one in gone:
            CollectionStore().delete(one)
        return [one.id for one in gone]

    def _find(self, who: Any, name: Any) -> Collection:
        for one in CollectionStore().all():
            if one.id == name and self._privacy.owns(who, one.owner):
                return one
        raise LookupError(NO_IMAGES)

    def _mine(self, payload: dict[str, Any]) -> Collection:
        return self._find(payload.get("who"), payload.get("id"))

    def _mark(self, who: Any) -> str:
        return self._privacy.visitor(who).mark

    def _trains(self, one: Collection) -> bool:
        status = self._studio.runner.status
        uses = status.config is None or status.config.data == one.id
        return status.state in ACTIVE and uses

    def _left_s(self, one: Collection, now_s: float) -> float:
        if self._settings.images_kept_h is None:
            return float("inf")
        return one.made_s + self._settings.images_kept_h * 3600 - now_s

    def _tick(self) -> None:
        while True:
            self.expire()
            if self._ended.wait(EXPIRE_EVERY_S):
                return


def _local_path(text: str) -> Path | None:
    """Return the path that exists, as it is typed or copied from a file manager or terminal.

    That is with quotation marks, with escaped spaces, or as a file: address.
    """
    text = text.strip()
    readings = [text, text.strip("\"'\u2018\u2019\u201c\u201d").strip()]
    if text.startswith("file:"):
        with contextlib.suppress(OSError):  # not an address of Windows
            readings.append(url2pathname(text.removeprefix("file:").removeprefix("//")))
    if os.name == "posix":
        readings.append(re.sub(r"\\(.)", r"\1", text))
    for reading in readings:
        with contextlib.suppress(OSError, RuntimeError, ValueError):  # too long, ~nobody, "\0"
            path = Path(reading).expanduser()
            if path.is_absolute() and path.exists():
                return path
    return None
