"""Visitors: who owns runs and image collections, and who sees runs on own images.

On a public server a run on a visitor's own images is hidden from all others. Its name is in every
file that was exported from it, so knowing the name gives access to nothing.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from demo.settings import Settings
from gan.config import Config
from gan.data.collection import CollectionStore
from gan.datasets import is_own
from gan.storage.config_file import LARGEST_BYTES
from gan.storage.layout import CONFIG
from gan.storage.metadata import read_owner
from gan.system.atomic import read_strict

NO_IMAGES = "These images are not on this server any more. Upload them again."
TOKEN = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class Visitor:
    """`mark` identifies the browser in files of the server, "" without a valid token; `is_host`:
    they sent the key of the server's owner.
    """

    mark: str
    is_host: bool

    @classmethod
    def of(cls, who: Any, owner_key: str) -> Self:
        """Parse a token, followed by a space and the owner's key if the visitor has it.

        Only a hash of the token is stored: reading the files does not let anyone act as its owner.
        """
        token, _, key = who.partition(" ") if isinstance(who, str) else ("", "", "")
        if not TOKEN.fullmatch(token):
            return cls("", False)
        mark = hashlib.sha256(token.encode()).hexdigest()
        is_host = bool(owner_key) and hmac.compare_digest(key.encode(), owner_key.encode())
        return cls(mark, is_host)


class Privacy:
    """Decides for one server. `who` is what the page sends of its visitor: see `Visitor.of`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def visitor(self, who: Any) -> Visitor:
        """Return the visitor of this server that a page names."""
        return Visitor.of(who, self._settings.owner_key)

    def has_wrong_key(self, who: str) -> bool:
        """Return whether a page sends an owner key that is not that of this server."""
        return bool(self._settings.owner_key) and " " in who and not self.visitor(who).is_host

    def owner(self, who: Any) -> str:
        """Return the owner to record for what this visitor uploads; "" on a private server."""
        return self.visitor(who).mark if self._settings.public else ""

    def owns(self, who: Any, owner: Any) -> bool:
        """Return whether this visitor may see, use and delete what belongs to `owner`."""
        visitor = self.visitor(who)
        if visitor.is_host or not self._settings.public:
            return True
        return bool(visitor.mark) and owner == visitor.mark

    def check(self, who: Any, config: Config) -> None:
        """Raise LookupError if the config's images belong to another visitor."""
        if not is_own(config.data):
            return
        found = [one for one in CollectionStore().all() if one.id == config.data]
        if found and not any(self.owns(who, one.owner) for one in found):
            raise LookupError(NO_IMAGES)

    def hides(self, who: Any, folder: Path, config: Config | None = None) -> bool:
        """Return whether to hide this run from this visitor; `config` is that of the run."""
        if not self._settings.public or not _on_own_images(folder, config):
            return False
        return not self.owns(who, read_owner(folder))


def _on_own_images(folder: Path, config: Config | None) -> bool:
    if config is not None:
        return is_own(config.data)
    try:
        data = read_strict(folder / CONFIG, LARGEST_BYTES)["data"]
        return not isinstance(data, str) or is_own(data)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, LookupError, TypeError):
        return True  # unknown, so better hidden
