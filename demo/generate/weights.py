"""Send a model's weights to the browser, which then draws by itself.

A server function says which weights a model has and where their file is; the file itself is one
compressed GET response, which the browser may cache.
"""

import base64
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any

from demo.endpoint import requested_model
from demo.server.model_library import RUN_PREFIX
from demo.server.studio import Studio
from gan.models.generator import Generator
from gan.models.portable import PortableError, portable, size

STUDIO = "/studio/"  # where the page resolves `file`
FOLDER = "weights/"
WAIT_S = 0.2  # for newer weights of a model in training; a step of the default run takes less
HEADERS = {"content-encoding": "gzip", "cache-control": "private, max-age=31536000, immutable"}


def weights_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `weights` for a panel's `server_functions`.

    The payload is untrusted: {model, have, file}. `have` is the model_id of the weights that the
    page has; `file: false` asks for the status only. The answer is {model_id, live, fixed}: `live`
    while the model is trained, `fixed` if no run can change it. Unless the page has the weights,
    `file` is its address under /studio/, or `portable` is false for a model too large for a
    browser. Or the answer is {error: sentence}.
    """
    file_of = lru_cache(maxsize=CACHED)(encoded)
    one_at_a_time = Lock()  # a file requested by several visitors at once is made once

    def weights(payload: dict[str, Any]) -> dict[str, Any]:
        model = requested_model(payload)
        live = studio.trains(model)
        generator = studio.generator(model, WAIT_S)
        fixed = not model.startswith(RUN_PREFIX)
        answer = {"model_id": generator.model_id, "live": live, "fixed": fixed}
        if payload.get("have") == generator.model_id or payload.get("file") is False:
            return answer
        with one_at_a_time:
            file = file_of(generator)
        return answer | ({"portable": False} if file is None else {"file": file})

    return weights


def encoded(generator: Generator) -> str | None:
    """Return the portable file in base64; None if it is too large or does not fit float16."""
    multiply_adds, weights = size(generator)
    if multiply_adds > MULTIPLY_ADDS_MAX or 2 * weights > BYTES_MAX:
        return None
    try:
        return base64.b64encode(portable(generator)).decode()
    except PortableError:
        return None
