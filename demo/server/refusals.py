"""What a server function answers when it does not do what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class Refused(Exception):
    """Not allowed, or not now. The page says "panel.refused_<key>" with `values` filled in."""

    def __init__(self, key: str, **values: str | int | float) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    def answer(self) -> dict[str, Any]:
        """As JSON; `complaint` of demo/static/owner.js makes a sentence of it."""
        return {"refused": self.key, "values": self.values}


def result(future: Future[Any], wait_s: float, otherwise: str) -> Any:
    """What the Future holds, once it does.

    Raises:
        Refused: of the key `otherwise`, when it takes longer than `wait_s`.
        Exception: what the Future holds.
    """
    try:
        return future.result(wait_s)
    except TimeoutError as late:
        if future.done():  # the job's own
            raise
        raise Refused(otherwise) from late


def field(payload: Any, name: str) -> Any:
    """Return a field of a page's payload; None where it has none or is no object."""
    return payload.get(name) if isinstance(payload, dict) else None


def answer(do: Callable[[], Any]) -> Any:
    """What `do` returns; {"refused": ...} or {"error": sentence} for what it raises.

    Errors of settings, files, data and jobs carry a sentence for people; anything else is a fault
    of the program and is raised.
    """
    try:
        return do()
    except Refused as refused:
        return refused.answer()
    except TimeoutError:
        return Refused("slow").answer()
    except (ValueError, LookupError, RuntimeError, OSError) as error:
        sentence = error.args[0] if isinstance(error, KeyError) and error.args else error
        return {"error": tellable(str(sentence))}


def tellable(sentence: str) -> str:
    """With the names of files, but not where this server keeps them."""
    return re.sub(r"(?:/[^\s/:'\"]+)+/(?=[^\s/:'\"])", "", sentence)
