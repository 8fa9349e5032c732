"""The gate: what a visitor may see of the runs on this server.

Every server function, event, route and export that shows a run asks here first. A run that is
hidden from a visitor (`Privacy.hides`) is answered like one that does not exist, so that not even
its name can be learned or tried.
"""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any

from demo.server.model_library import RUN_PREFIX
from demo.server.privacy import Privacy
from demo.settings import Settings
from gan.recipes.model_ids import split_id
from gan.runner.status import RunStatus
from gan.runs.listing import RunInfo, run_folders, run_info


class Gate:
    """One per server. `who` is what a page sends of its visitor: see `demo.server.privacy`."""

    def __init__(self, settings: Settings, privacy: Privacy) -> None:
        self._settings, self._privacy = settings, privacy
        self._secret = secrets.token_bytes(32)

    def folder(self, who: Any, name: Any, key: str = "") -> Path | None:
        """Return the folder of a run that this visitor may see; None if there is none.

        `key`: that of the address of a file, see `key`; browsers send no more with images.
        """
        known = isinstance(name, str) and not name.startswith(".")
        folder = run_folders(self._settings.runs).get(name) if known else None
        if folder is None or hmac.compare_digest(key.encode(), self.key(folder.name).encode()):
            return folder
        return None if self._privacy.hides(who, folder) else folder

    def find(self, who: Any, name: Any) -> RunInfo | None:
        """Return what is known of a run that this visitor may see; None if there is none."""
        folder = self.folder(who, name)
        return folder and run_info(folder)

    def run(self, who: Any, name: Any) -> RunInfo:
        """As `find`. Raises LookupError if there is no such run."""
        if (run := self.find(who, name)) is None:
            raise LookupError("That run is not on this server any more; choose another one.")
        return run

    def shown(self, who: Any, status: RunStatus) -> RunStatus:
        """Return the status of the runner's run, for a visitor who may not see it an empty one."""
        folder = self._settings.runs / status.run
        hidden = bool(status.run) and self._privacy.hides(who, folder, status.config)
        if status.run and status.state == "loading":  # the config is already that of the next run
            hidden = hidden or self._privacy.hides(who, folder)
        return RunStatus(version=status.version) if hidden else status

    def shows(self, who: Any, model: str) -> bool:
        """Return whether a model may be shown to this visitor if it exists."""
        run, _ = split_id(model)
        if not run.startswith(RUN_PREFIX):
            return True
        folder = run_folders(self._settings.runs).get(run.removeprefix(RUN_PREFIX))
        return folder is None or not self._privacy.hides(who, folder)

    def key(self, run: str) -> str:
        """Return the key to the files of a run, for the addresses in pages of its owner."""
        return hmac.new(self._secret, run.encode(), hashlib.sha256).hexdigest()[:32]
