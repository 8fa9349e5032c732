"""The identity of a visitor, from what their browser sends."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

TOKEN = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class Visitor:
    """`mark` identifies the browser in files of the server, "" without a valid token; `is_host`:
    they sent the key of the server's owner.
    """

    mark: str
    is_host: bool

    @classmethod
    def of(cls, who: Any, owner_key: str) -> Visitor:
        """Parse a token, followed by a space and the owner's key if the visitor has it.

        Only a hash of the token is stored: reading the files does not let anyone act as its owner.
        """
        token, _, key = who.partition(" ") if isinstance(who, str) else ("", "", "")
        if not TOKEN.fullmatch(token):
            return cls("", False)
        mark = hashlib.sha256(token.encode()).hexdigest()
        is_host = bool(owner_key) and hmac.compare_digest(key.encode(), owner_key.encode())
        return cls(mark, is_host)
