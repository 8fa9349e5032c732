"""Whether the disks of this server have room for more: runs, images, exports and downloads.

`gan.system.disk.LEAST_FREE_BYTES` stay free on every disk. A public server also limits the runs and
images of a visitor and of all together. Deleted runs count, but make room when it is needed.
"""

import errno
import os
from pathlib import Path
from typing import Any

from demo.endpoint import Refused
from demo.server.privacy import Privacy
from demo.settings import Settings
from gan.config import Config
from gan.data.collection import CollectionStore
from gan.runs.disk_use import most_bytes
from gan.runs.listing import run_folders
from gan.runs.trash import make_room
from gan.storage.metadata import read_about
from gan.system.disk import existing, has_space, used_bytes

MB = 1_000_000


class Room:
    """Answers for one server. `who` is what the page sends of its visitor: see `Visitor`."""

    def __init__(self, settings: Settings, privacy: Privacy) -> None:
        self._settings, self._privacy = settings, privacy

    def is_on_disk(self, folder: Path, more_bytes: int = 0) -> bool:
        """Return whether there is space on a folder's disk, made by deleted runs if need be."""
        runs = self._settings.runs
        if has_space(folder, more_bytes):
            return True
        if existing(folder).stat().st_dev != existing(runs).stat().st_dev:
            return False
        return make_room(runs, lambda: has_space(folder, more_bytes))

    def check_disk(self, folder: Path, more_bytes: int = 0) -> None:
        """Raise OSError, as a full disk does, if there is no space on a folder's disk."""
        if not self.is_on_disk(folder, more_bytes):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def check_start(self, who: Any, *configs: Config) -> None:
        """Raise Refused if there is no room for new runs of these settings of this visitor."""
        self.check_count(who, len(configs))
        self._check_growth(sum(map(most_bytes, configs)))

    def check_resume(self, folder: Path, config: Config | None) -> None:
        """Raise Refused if there is no room for a run to be resumed."""
        self._check_growth(max(0, most_bytes(config) - used_bytes(folder)) if config else 0)

    def check_upload(self, who: Any, more_bytes: int = 0) -> None:
        """Raise Refused if there is no room for an uploaded run."""
        self.check_count(who)
        if not self.is_on_disk(self._settings.runs, more_bytes):
            raise Refused("disk")
        self._check_all(more_bytes)

    def check_count(self, who: Any, more: int = 1) -> None:
        """Raise Refused if a visitor may not have `more` runs. Deleted ones do not count."""
        settings, visitor = self._settings, self._privacy.visitor(who)
        if settings.public and not visitor.is_host:
            folders = run_folders(settings.runs).values()
            mine = sum(read_about(folder).get("owner") == visitor.mark for folder in folders)
            if mine + more > settings.max_runs:
                raise Refused("runs_most", most=settings.max_runs)

    def check_images(self, who: Any) -> None:
        """Raise Refused if there is no room for images of this visitor."""
        store, settings = CollectionStore(), self._settings
        if not self.is_on_disk(store.root):
            raise Refused("images_room")
        if settings.public:
            mark = self._privacy.visitor(who).mark
            if sum(one.owner == mark for one in store.all()) >= settings.max_collections:
                raise Refused("images_most", most=settings.max_collections)
            if used_bytes(store.root) > settings.images_room_mb * MB:
                raise Refused("images_room")

    def _check_growth(self, more_bytes: int) -> None:
        if not self.is_on_disk(self._settings.runs, more_bytes):
            raise Refused("runs_disk", need=f"{more_bytes // MB:,}")
        self._check_all(more_bytes)

    def _check_all(self, more_bytes: int) -> None:
        runs, most = self._settings.runs, self._settings.runs_room_mb * MB
        if self._settings.public:
            if not make_room(runs, lambda: used_bytes(runs) + more_bytes <= most):
                raise Refused("runs_room")
