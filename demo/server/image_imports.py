"""Imports of images: whose they are, their progress and outcome.

Each runs in a thread that only waits for another process (`gan.data.intake.importer`), so that a
hostile image harms nothing here.
"""

import logging
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from demo import address
from demo.endpoint import Refused, sentence_of
from demo.settings import Settings
from gan.data.collection import Collection, CollectionStore
from gan.data.intake.importer import Progress, import_images
from gan.data.intake.messages import ImageImportError
from gan.data.intake.sources import Limits

AT_ONCE = 2
MOST_S = 1800  # of one import on a public server
REMEMBERED = 50  # ended ones; pages ask for theirs within seconds

log = logging.getLogger(__name__)


@dataclass
class ImageImport:
    """`state` is reading, done, failed or cancelled; `owner` the mark of a visitor, and `address`
    that of their network.
    """

    key: str
    name: str
    owner: str
    address: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    is_late: bool = False
    state: str = "reading"
    progress: Progress | None = None
    made: Collection | None = None
    error: dict[str, Any] | None = None
    skipped: list[dict[str, Any]] = field(default_factory=list)

    def payload(self) -> dict[str, Any]:
        """As JSON: see `demo.server.image_collections`."""
        payload: dict[str, Any] = {"import": self.key, "name": self.name, "state": self.state}
        if self.progress is not None:
            done, total, rate = self.progress.done, self.progress.total, self.progress.files_per_s
            payload |= {"done": done, "total": total, "kept": self.progress.kept}
            left_s = round((total - done) / rate) if rate else None
            payload |= {"rate": round(rate, 1), "left_s": left_s}
        if self.made is not None:
            payload["collection"] = self.made.id
        if self.error is not None:
            payload |= {"error": self.error, "skipped": self.skipped}
        return payload


class ImageImports:
    """All of one server. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._limits = Limits(
            settings.max_images, settings.max_image_mb, settings.max_image_megapixels
        )
        self._most_s = MOST_S if settings.public else None
        self._all: dict[str, ImageImport] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, "intake")
        self._lock = threading.Lock()

    def begin(
        self, source: Path, mark: str, options: dict[str, Any], leave_nothing: bool
    ) -> ImageImport:
        """Start to import a file or folder for the visitor of this mark.

        `options`: name, size, fit, clips and owner for `import_images`. `leave_nothing`: delete the
        source afterwards.
        Raises Refused: too many at once, in total, of this visitor or their network.
        """
        here = address.present()
        with self._lock:
            reading = [one for one in self._all.values() if one.state == "reading"]
            mine = (one.owner == mark or here == one.address != "" for one in reading)
            if len(reading) >= AT_ONCE or any(mine):
                raise Refused("images_busy")
            made = ImageImport(secrets.token_hex(8), options["name"], mark, here)
            over = [key for key, one in self._all.items() if one.state != "reading"]
            for key in over[:-REMEMBERED]:
                del self._all[key]
            self._all[made.key] = made
        self._pool.submit(self._work, made, source, options, leave_nothing)
        return made

    def of(self, mark: str) -> list[ImageImport]:
        """Return the imports of a visitor, oldest first."""
        with self._lock:
            return [one for one in self._all.values() if one.owner == mark]

    def close(self) -> None:
        """Cancel all imports in progress."""
        with self._lock:
            for one in self._all.values():
                one.stop.set()
        self._pool.shutdown()

    def _work(
        self, one: ImageImport, source: Path, options: dict[str, Any], leave_nothing: bool
    ) -> None:
        def end() -> None:
            one.is_late = True
            one.stop.set()

        state = "failed"
        limit = threading.Timer(self._most_s or 0, end)
        limit.daemon = True
        if self._most_s is not None:
            limit.start()
        try:
            report = partial(setattr, one, "progress")
            options = options | {"limits": self._limits, "on_progress": report, "stop": one.stop}
            one.made = import_images(source, CollectionStore(), **options)
            state = "done"
        except ImageImportError as error:
            if one.is_late and error.key == "cancelled":
                error = ImageImportError("slow", minutes=self._most_s // 60)
            sentence = sentence_of(error)
            one.error = {"key": error.key, "values": error.values, "sentence": sentence}
            one.skipped = error.skipped
            state = "cancelled" if error.key == "cancelled" else "failed"
        except Exception:  # a bug; the page must not wait forever
            log.exception("Images could not be read.")
            one.error = {"key": "reader", "values": {}, "sentence": "The images could not be read."}
        finally:
            limit.cancel()
            if leave_nothing:
                source.unlink(missing_ok=True)
            one.state = state  # last: whoever sees that it has ended finds the upload deleted
