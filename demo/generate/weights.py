"""The server function that sends a model to the browser, which then draws by itself."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from demo.server.model_library import RUN_PREFIX
from demo.server.studio import Studio
from gan.models.generator import Generator, ModelError
from gan.models.portable import PortableError, portable, size

# per image: about 8 ms in a browser with WebAssembly SIMD, half of a screen frame; 128 px at the
# default width need 83 million
MULTIPLY_ADDS_MAX = 160_000_000
BYTES_MAX = 6_000_000
CACHED = 4  # files
WAIT_S = 0.2  # for newer weights of a model in training; a step of the default run takes less


def weights_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `weights` for a panel's `server_functions`.

    The payload is untrusted: {model, have, file}. `have` is the model_id of the weights that the
    page has; `file: false` asks for the status only. The answer is {model_id, live, fixed}: `live`
    while the model is trained, `fixed` if no run can change it. Unless the page has the weights,
    `file` is `gan.models.portable` in base64, or `portable` is false for a model too large for a
    browser. Or the answer is {error: sentence}.
    """
    files = PortableFiles()

    def weights(payload: Any) -> dict[str, Any]:
        if not isinstance(payload, dict) or not isinstance(payload.get("model"), str):
            return {"error": "A request names a model."}
        model = payload["model"]
        try:
            live = studio.trains(model)
            generator = studio.generator(model, WAIT_S)
        except ModelError as error:
            return {"error": str(error)}
        fixed = not model.startswith(RUN_PREFIX)
        answer = {"model_id": generator.model_id, "live": live, "fixed": fixed}
        if payload.get("have") == generator.model_id or payload.get("file") is False:
            return answer
        file = files.get(generator)
        return answer | ({"portable": False} if file is None else {"file": file})

    return weights


class PortableFiles:
    """A thread-safe cache of portable files in base64.

    A file requested by several visitors at once is made once.
    """

    def __init__(self, make: Callable[[Generator], str | None] | None = None) -> None:
        self._make = make or encoded
        self._lock = threading.Lock()
        self._made: dict[str, Future[str | None]] = {}  # by model_id, least recently used first

    def get(self, generator: Generator) -> str | None:
        """Return the file, or None for a model that a browser should not draw."""
        with self._lock:
            future = self._made.pop(generator.model_id, None)
            mine = future is None
            if future is None:
                future = Future()
            self._made[generator.model_id] = future
            while len(self._made) > CACHED:
                self._made.pop(next(iter(self._made)))
        if mine:
            try:
                future.set_result(self._make(generator))
            except BaseException as error:
                with self._lock:
                    self._made.pop(generator.model_id, None)
                future.set_exception(error)
        return future.result()


def encoded(generator: Generator) -> str | None:
    """Return the portable file in base64; None if it is too large or does not fit float16."""
    multiply_adds, weights = size(generator)
    if multiply_adds > MULTIPLY_ADDS_MAX or 2 * weights > BYTES_MAX:
        return None
    try:
        return base64.b64encode(portable(generator)).decode()
    except PortableError:
        return None
