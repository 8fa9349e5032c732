"""A server's cache of Hub models: the newest version of each, one folder per model.

<root>/<owner>--<name>/    config.json, model.safetensors, hub.json
"""

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gan.hub.names import ARRIVING, ORIGIN, folder_name, read_origin
from gan.storage.process_files import own_prefix, remove_abandoned

DAY_S = 86_400


class HubCache:
    """At most `most` models below `root`, evicted when unused for `days`. Thread-safe.

    `most_bytes` limits a weights file. A model's hub.json was modified when it was last used.
    """

    def __init__(self, root: Path, most_bytes: int, most: int, days: float) -> None:
        self.root, self.most_bytes, self.most, self.days = root, most_bytes, most, days
        self._changing = threading.Lock()

    def folders(self) -> dict[str, Path]:
        """Return every model's folder by its name ("owner/name"), sorted by name."""
        kept = sorted(self.root.glob(f"*--*/{ORIGIN}"))
        return {path.parent.name.replace("--", "/"): path.parent for path in kept}

    def touch(self, name: str) -> None:
        with contextlib.suppress(OSError):  # evicted meanwhile, or a read-only disk
            os.utime(self.root / folder_name(name) / ORIGIN)

    def get(
        self,
        typed: str,
        token: str | bool | None = None,
        on_size: Callable[[int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
        stop: threading.Event | None = None,
    ) -> str:
        """Download the newest version of a model unless it is cached whole, and return its name.

        Arguments as for `gan.hub.hub.pull`. While the Hub is offline, any cached version is used.
        Raises HubError: the model is not available; OSError: the disk cannot be written to.
        """
        # the Hub's client takes a third of a second to import
        from gan.hub import hub
        from gan.hub.download import resolve_revision
        from gan.hub.errors import HubError, checked_name

        name = checked_name(typed)
        folder = self.root / folder_name(name)
        try:
            commit = resolve_revision(name, None, token).commit
        except HubError as error:
            if error.kind not in ("offline", "rate", "trouble") or not folder.is_dir():
                raise
            self.touch(name)
            return name
        if read_origin(folder).get("commit") != commit or not hub.is_usable(folder):
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(
                prefix=ARRIVING + own_prefix(), dir=self.root
            ) as temporary:
                new = Path(temporary) / "new"
                hub.pull(
                    name, new, commit, token, self.most_bytes, on_size, on_bytes, stop, card=False
                )
                self._replace(folder, new, Path(temporary) / "old")
        self.touch(name)
        self.evict()
        return name

    def evict(self) -> None:
        """Remove models unused for `days`, and the least recently used beyond `most`."""
        with self._changing:
            last = {folder: _last_use_s(folder) for folder in self.folders().values()}
            by_use = sorted(last, key=last.__getitem__, reverse=True)
            since = time.time() - self.days * DAY_S
            for at, folder in enumerate(by_use):
                if at >= self.most or last[folder] < since:
                    shutil.rmtree(folder, ignore_errors=True)

    def remove_unfinished(self) -> None:
        """Remove partial downloads of killed servers. Call it while nothing is downloading."""
        remove_abandoned(self.root, ARRIVING)

    def _replace(self, folder: Path, new: Path, old: Path) -> None:
        """Move `new` to `folder`; if that fails, restore the old version."""
        with self._changing:
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise


def _last_use_s(folder: Path) -> float:
    try:
        return (folder / ORIGIN).stat().st_mtime
    except OSError:
        return 0.0
