"""Who a visitor is to the server, from what their browser says."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class Visitor:
    """`mark` stands for the browser in files of the server, "" for one that did not say who it is;
    `is_host` is whether they brought the key of the server's owner.
    """

    mark: str
    is_host: bool

    @classmethod
    def of(cls, who: Any, owner_key: str) -> Visitor:
        """From a token, with the owner's key behind a space if they have it; see owner.js.

        The token itself is never kept: whoever reads the files cannot steer by what stands there.
        """
        token, _, key = who.partition(" ") if isinstance(who, str) else ("", "", "")
        if not TOKEN.fullmatch(token):
            return cls("", False)
        mark = hashlib.sha256(token.encode()).hexdigest()
        is_host = bool(owner_key) and hmac.compare_digest(key.encode(), owner_key.encode())
        return cls(mark, is_host)
