"""The models of the Hub that a server keeps: a folder each, its newest version, not for ever.

<root>/<owner>--<name>/    config.json, model.safetensors, hub.json
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gan.hub.names import ARRIVING, ORIGIN, folder_name, hub_name

DAY_S = 86_400


class HubCache:
    """Below `root` at most `most` models, none that was not used for `days`: the time of its
    hub.json is that of its last use.

    `most_bytes` is the largest file of weights that is taken. Safe to share between threads.
    """

    def __init__(self, root: Path, most_bytes: int, most: int, days: float) -> None:
        self.root, self.most_bytes, self.most, self.days = root, most_bytes, most, days
        self._changing = threading.Lock()

    def folders(self) -> dict[str, Path]:
        """Every model's name ("owner/name") and folder, in order of names."""
        kept = sorted(self.root.glob(f"*--*/{ORIGIN}"))
        return {path.parent.name.replace("--", "/"): path.parent for path in kept}

    def used(self, name: str) -> None:
        """Somebody plays with it: it stays for another while."""
        with contextlib.suppress(OSError):  # it is gone, or its disk cannot be written to
            os.utime(self.root / folder_name(name) / ORIGIN)

    def get(
        self,
        typed: str,
        token: str | bool | None = None,
        on_size: Callable[[int], None] | None = None,
        on_bytes: Callable[[int], None] | None = None,
        stop: threading.Event | None = None,
    ) -> str:
        """Have the newest version of a model here, and others make room for it; its name.

        See `gan.hub.hub.pull`. Where the Hub cannot be reached, the version that is here will do.

        Raises:
            gan.hub.errors.HubError: it cannot be had.
            OSError: the disk said no.
        """
        from gan.hub import (
            hub,  # its client takes a third of a second to import, and many never ask
        )
        from gan.hub.download import look
        from gan.hub.errors import HubError

        name = hub_name(typed)
        if name is None:
            raise HubError("bad_name", repo=typed)
        folder = self.root / folder_name(name)
        try:
            commit = look(name, None, token).commit
        except HubError as error:
            if error.kind not in ("offline", "rate", "trouble") or not folder.is_dir():
                raise
            self.used(name)
            return name
        if _commit(folder) != commit:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=ARRIVING, dir=self.root) as temporary:
                new = Path(temporary) / "new"
                hub.pull(
                    name, new, commit, token, self.most_bytes, on_size, on_bytes, stop, card=False
                )
                self._settle(new, folder, Path(temporary) / "old")
        self.used(name)
        self.tidy()
        return name

    def tidy(self) -> None:
        """Forget what has not been used for long, and the least recently used of too many."""
        with self._changing:
            last = {folder: _last_use_s(folder) for folder in self.folders().values()}
            by_use = sorted(last, key=last.__getitem__, reverse=True)
            since = time.time() - self.days * DAY_S
            for at, folder in enumerate(by_use):
                if at >= self.most or last[folder] < since:
                    shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a killed server left half fetched; call it while nothing arrives."""
        for left in self.root.glob(f"{ARRIVING}*"):
            shutil.rmtree(left, ignore_errors=True)

    def _settle(self, new: Path, folder: Path, old: Path) -> None:
        """The new version takes the old one's place; where that fails, the old one stays."""
        with self._changing:
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise


def _commit(folder: Path) -> str | None:
    try:
        return json.loads((folder / ORIGIN).read_bytes())["commit"]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _last_use_s(folder: Path) -> float:
    try:
        return (folder / ORIGIN).stat().st_mtime
    except OSError:
        return 0.0
