"""Whose images are whose, and who sees a run that learns from them: only on public servers asked.

A run on somebody's own images is on nobody else's list there, in no menu, and not on show while it
goes on. It can still be opened by its name, which nobody can guess: a link may be shared.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demo.server.endpoint import Refused
from demo.server.visitor import Visitor
from demo.settings import Settings
from gan.config import Config
from gan.data.collection import Collection, CollectionStore
from gan.datasets import is_own
from gan.runner.status import RunStatus
from gan.storage.layout import CONFIG
from gan.storage.metadata import read_about


class Privacy:
    """Decides for one server. `who` is what owner.js says that a visitor is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def owner(self, who: Any) -> str:
        """What marks a collection that this visitor brings; "" on a server of one's own."""
        return Visitor.of(who, self._settings.owner_key).mark if self._settings.public else ""

    def owns(self, who: Any, one: Collection) -> bool:
        """Whether this visitor may see, use and delete a collection."""
        visitor = Visitor.of(who, self._settings.owner_key)
        if visitor.is_host or not self._settings.public:
            return True
        return bool(visitor.mark) and one.owner == visitor.mark

    def check(self, who: Any, config: Config) -> None:
        """Raises Refused: the config's images are here, and somebody else's."""
        if not is_own(config.data):
            return
        found = [one for one in CollectionStore().all() if one.id == config.data]
        if found and not any(self.owns(who, one) for one in found):
            raise Refused("images_not_yours")

    def hides(self, who: Any, folder: Path, config: Config | None = None) -> bool:
        """Whether a run must not be shown to this visitor; `config` is its, if known already."""
        if not self._settings.public or not _on_own_images(folder, config):
            return False
        visitor = Visitor.of(who, self._settings.owner_key)
        mine = bool(visitor.mark) and read_about(folder).get("owner") == visitor.mark
        return not (mine or visitor.is_host)

    def hides_present(self, who: Any, status: RunStatus) -> bool:
        """The same of the run in progress."""
        folder = self._settings.runs / status.run
        return bool(status.run) and self.hides(who, folder, status.config)


def _on_own_images(folder: Path, config: Config | None) -> bool:
    if config is not None:
        return is_own(config.data)
    try:
        data = json.loads((folder / CONFIG).read_bytes())["data"]
        return not isinstance(data, str) or is_own(data)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return True  # nobody knows what is in it
