"""Collections of visitors' own images, as a page asks for them: plain values in and out.

All take {"who": ..., ...} and answer JSON, or {"refused": key, "values"} or {"error": sentence} as
`demo.server.refusals.answer` has it. The bytes come by another way: `demo.train.images.routes`.

images      {"who"}: "collections" and "imports" (below), "may" (bring images), "folders" (name a
            folder of the server's machine), "sizes", "fits", "most_mb" (of an upload),
            "most_images", "kept_h" (null: for ever), "address", "header"
            a collection: "id" (what a Config calls "data"), "name", "size", "channels", "count",
            "train", "held", "fit", "classes" [{"name", "count"}], "skipped" and "noted" (below),
            "made" (s since 1970), "left_h" (until it is deleted, or null), "training" (a run goes
            on with it: it cannot be deleted), "settings" (lay them over those of the form to train)
            an import: "import" (its key), "name", "state" (reading, done, failed, cancelled),
            "done" and "total" files (0 while they are listed), "kept", "rate" (files/s), "left_s";
            when done "collection" (an id); else "error" {"key", "values", "sentence"}, "skipped"
            skipped: [{"key", "count", "example" (a file), "values"}]: words "images.skipped_<key>";
            noted: {key: count}: words "images.noted_<key>"; errors: "images.error_<key>"
preview     {"who", "id", "label"?}: {"picture" (a contact sheet), "columns", "rows", "side"}:
            up to 60 images, of all classes in turn or of one
rename      {"who", "id", "name"}: {"name"}
delete      {"who", "id"}: {"deleted": id}; at once and for good
cancel      {"who", "import"}: {}
bring       {"who", "folder", "name", "size", "fit"}: {"import": key}; not on public servers
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.server.collection_payload import preview as preview_of
from demo.server.collection_payload import wire
from demo.server.image_imports import ImageImports
from demo.server.refusals import Refused, answer, field
from demo.server.training_slot import ACTIVE
from demo.server.visitor import Visitor
from gan.config import Config
from gan.data.collection import Collection, CollectionStore
from gan.data.intake.importer import FITS
from gan.datasets import OWN_SIZES, is_own
from gan.storage.metadata import clean_title

ADDRESS = "/studio/images"
WHO = "x-studio-who"  # a header that other sites cannot send
LOOK_S = 600  # how often those whose time is over are looked for
LEAST_FREE_MB = 1_000
MB = 1_000_000


class ImageCollections:
    """One per server, made by `Studio`. Safe between threads."""

    def __init__(self, studio: Any) -> None:
        self._studio, self._settings = studio, studio.settings
        self.intakes = ImageImports(studio.settings)
        self._ended = threading.Event()
        self._clock: threading.Thread | None = None

    def open(self) -> None:
        """Remove what a killed server left half read, and from now on what is too old."""
        CollectionStore().sweep()
        if self._settings.images_kept_h is not None and self._clock is None:
            self._clock = threading.Thread(target=self._tick, name="images", daemon=True)
            self._clock.start()

    def close(self) -> None:
        """End what is under way."""
        self._ended.set()
        self.intakes.close()

    def functions(self) -> list[Callable[[Any], dict[str, Any]]]:
        """The server functions, each named as above."""

        def images(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
            return answer(lambda: self.listed(field(asked, "who")))

        def preview(asked: Any) -> dict[str, Any]:
            return answer(lambda: preview_of(self._mine(asked), field(asked, "label")))

        def rename(asked: Any) -> dict[str, Any]:
            return answer(lambda: self._rename(self._mine(asked), field(asked, "name")))

        def delete(asked: Any) -> dict[str, Any]:
            return answer(lambda: self._delete(self._mine(asked)))

        def cancel(asked: Any) -> dict[str, Any]:
            return answer(lambda: self._cancel(field(asked, "who"), field(asked, "import")))

        def bring(asked: Any) -> dict[str, Any]:
            return answer(lambda: self._bring(asked))

        return [images, preview, rename, delete, cancel, bring]

    def wanted(self, who: Any, values: Any) -> Any:
        """The settings of a form, with what its images look like as they are, whatever it says.

        Raises:
            Refused: the images are somebody else's.
            LookupError: they are not here (any more).
        """
        if not isinstance(values, dict) or not isinstance(values.get("data"), str):
            return values
        if not is_own(values["data"]):
            return values
        one = self._find(who, values["data"])
        return {"image_size": one.size} | values | _without(one.settings(), "image_size")

    def listed(self, who: Any) -> dict[str, Any]:
        """What `images` answers."""
        settings, mine = (
            self._settings,
            [one for one in CollectionStore().all() if self._owns(who, one)],
        )
        return {
            "collections": [
                wire(one, self._left_s(one, time.time()), self._trains(one)) for one in mine
            ],
            "imports": [one.wire() for one in self.intakes.of(self._mark(who))],
            "may": self._studio.access.may_train(who),
            "folders": not settings.public,
            "sizes": list(OWN_SIZES),
            "fits": list(FITS),
            "most_mb": settings.max_upload_mb,
            "most_images": settings.max_images,
            "kept_h": settings.images_kept_h,
            "address": ADDRESS,
            "header": WHO,
        }

    def admit(self, who: Any) -> None:
        """Raises Refused: this visitor may not bring images now."""
        if not self._studio.access.may_train(who):
            raise Refused("images_may")
        store, settings = CollectionStore(), self._settings
        place = store.root if store.root.is_dir() else store.root.parent
        if place.is_dir() and shutil.disk_usage(place).free < LEAST_FREE_MB * MB:
            raise Refused("images_room")
        if settings.public:
            mine = [one for one in store.all() if one.owner == self._mark(who)]
            if len(mine) >= settings.max_collections:
                raise Refused("images_most", most=settings.max_collections)
            if store.bytes() > settings.images_room_mb * MB:
                raise Refused("images_room")

    def take(self, who: Any, source: Path, options: Any, leave_nothing: bool) -> dict[str, Any]:
        """Begin to read what has come, or a folder: {"import": key}.

        Raises:
            Refused, ValueError: not now, or options that are not offered.
        """
        size, fit = field(options, "size"), field(options, "fit")
        size, fit = 64 if size is None else size, "crop" if fit is None else fit
        if size not in OWN_SIZES or fit not in FITS:
            raise ValueError("Choose one of the sizes and fits that are offered.")
        name = clean_title(field(options, "name")) or clean_title(source.name)
        owner = self._studio.access.privacy.owner(who)
        values = {"name": name, "size": size, "fit": fit}
        made = self.intakes.begin(source, self._mark(who), owner, values, leave_nothing)
        return {"import": made.key}

    def expire(self, now_s: float | None = None) -> list[str]:
        """Delete those whose time is over, but for the one that trains; their ids."""
        now_s = time.time() if now_s is None else now_s
        old = [one for one in CollectionStore().all() if self._left_s(one, now_s) <= 0]
        gone = [one for one in old if not self._trains(one)]
        for one in gone:
            CollectionStore().delete(one)
        return [one.id for one in gone]

    def _bring(self, asked: Any) -> dict[str, Any]:
        if self._settings.public:
            raise Refused("images_local")
        self.admit(field(asked, "who"))
        folder = field(asked, "folder")
        path = Path(folder).expanduser() if isinstance(folder, str) and folder.strip() else None
        if path is None or not path.is_absolute() or not path.exists():
            raise LookupError("There is no such folder or zip file; give its whole path.")
        return self.take(field(asked, "who"), path, asked, leave_nothing=False)

    def _rename(self, one: Collection, name: Any) -> dict[str, Any]:
        changed = CollectionStore().change(one, name=clean_title(name) or one.name)
        return {"name": changed.name}

    def _delete(self, one: Collection) -> dict[str, Any]:
        if self._trains(one):
            raise Refused("images_in_use")
        CollectionStore().delete(one)
        return {"deleted": one.id}

    def _cancel(self, who: Any, key: Any) -> dict[str, Any]:
        for one in self.intakes.of(self._mark(who)):
            if one.key == key:
                one.stop.set()
        return {}

    def _find(self, who: Any, name: Any) -> Collection:
        known = [one for one in CollectionStore().all() if one.id == name]
        mine = [one for one in known if self._owns(who, one)]
        if known and not mine:
            raise Refused("images_not_yours")
        if not mine:
            raise LookupError("These images are not on this server any more; bring them again.")
        return mine[0]

    def _mine(self, asked: Any) -> Collection:
        return self._find(field(asked, "who"), field(asked, "id"))

    def _owns(self, who: Any, one: Collection) -> bool:
        return self._studio.access.privacy.owns(who, one)

    def _mark(self, who: Any) -> str:
        return Visitor.of(who, self._settings.owner_key).mark

    def _trains(self, one: Collection) -> bool:
        status = self._studio.runner.status
        config: Config | None = status.config
        going = status.state in ACTIVE
        return going and (config is None or config.data == one.id)

    def _left_s(self, one: Collection, now_s: float) -> float:
        if self._settings.images_kept_h is None:
            return float("inf")
        return one.made_s + self._settings.images_kept_h * 3600 - now_s

    def _tick(self) -> None:
        while True:
            self.expire()
            if self._ended.wait(LOOK_S):
                return


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
