"""Send a model's weights to the browser, which then draws by itself.

A server function says which weights a model has and where their file is; the file itself is one
compressed GET response, which the browser may cache.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.endpoint import requested_model
from demo.server.model_library import RUN_PREFIX
from demo.server.studio import Studio

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

    def weights(payload: dict[str, Any]) -> dict[str, Any]:
        model = requested_model(payload)
        generator = studio.generator(payload.get("who"), model, WAIT_S)
        live = studio.trains(model)
        fixed = not model.startswith(RUN_PREFIX)
        answer = {"model_id": generator.model_id, "live": live, "fixed": fixed}
        if payload.get("have") == generator.model_id or payload.get("file") is False:
            return answer
        name = (studio.live_files if live else studio.portable_files).name(generator)
        return answer | ({"portable": False} if name is None else {"file": f"{FOLDER}{name}.bin"})

    return weights


def routes(studio: Studio) -> list[Route]:
    """Serve the files by name."""

    def send(request: Request) -> Response:
        name = request.path_params["name"]
        file = studio.portable_files.file(name) or studio.live_files.file(name)
        if file is None:
            return Response(status_code=404)
        return Response(file, media_type="application/octet-stream", headers=HEADERS)

    return [Route(STUDIO + FOLDER + "{name}.bin", send)]
