"""Server functions of panels: JSON in, and JSON, a refusal or an error message out."""

import errno
import functools
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any


class Refused(Exception):
    """Not allowed, or not now. The page shows the text "panel.refused_<key>" with `values`."""

    def __init__(self, key: str, **values: str | int | float) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    def answer(self) -> dict[str, Any]:
        """As JSON."""
        return {"refused": self.key, "values": self.values}


def result(future: Future[Any], timeout_s: float, otherwise: str) -> Any:
    """Return the result of the Future.

    Raises:
        Refused: of the key `otherwise`, after `timeout_s` without a result.
        Exception: the Future's own.
    """
    try:
        return future.result(timeout_s)
    except TimeoutError as late:
        if future.done():  # raised by the job itself
            raise
        raise Refused(otherwise) from late


def endpoint(handle: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """Make a server function of `handle`, which gets {} in place of anything but an object.

    It answers {"refused": ...} or {"error": message} for what `handle` raises: errors of settings,
    files, data and jobs have a message for the visitor; any other exception is a bug and
    propagates. Gradio marks what it serves with an attribute, which bound methods cannot have.
    """

    @functools.wraps(handle)
    def call(payload: Any) -> Any:
        try:
            return handle(payload if isinstance(payload, dict) else {})
        except Refused as refused:
            return refused.answer()
        except TimeoutError:
            return Refused("slow").answer()
        except (ValueError, LookupError, RuntimeError, OSError) as error:
            if is_disk_full(error):
                return Refused("disk").answer()
            message = error.args[0] if isinstance(error, KeyError) and error.args else error
            return {"error": without_folders(str(message))}

    return call


def is_disk_full(error: Exception) -> bool:
    """Return whether a disk, or the user's share of it, had no space left."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def requested_model(payload: dict[str, Any]) -> str:
    """Return the id of the model in a payload. Raises ValueError if it is not text."""
    model = payload.get("model")
    if not isinstance(model, str):
        raise ValueError("A request names a model.")
    return model


def requested(value: Any, choices: Sequence[str]) -> str:
    """Return a value of a payload. Raises LookupError if it is none of the choices."""
    if value not in choices:
        raise LookupError(f"Choose one of: {', '.join(choices)}.")
    return value


def without_folders(message: str) -> str:
    """Strip the folders from absolute paths: visitors see file names, not where they are stored."""
    return re.sub(r"(?:/[^\s/:'\"]+)+/(?=[^\s/:'\"])", "", message)
