"""The server function that projects a visitor's picture into a model's latent space, in steps.

The state of a search is kept by the browser between calls, not by the server; a visitor who leaves
has cancelled it.
"""

import base64
import binascii
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from demo.endpoint import requested_model
from demo.server.studio import Studio
from gan.explore.centering import center, fit, flatten, grey
from gan.explore.projection import (
    STEPS_LEAST,
    Search,
    SearchError,
    advance,
    begin,
    projections,
)
from gan.explore.projection_state import pack, size_limit, unpack
from gan.metrics.judge import find_judge
from gan.models.generator import Generator

SIDES = (8, 512)  # pixels of an uploaded picture
STEP_S = 0.25  # computing time per call; the page shows intermediate results
LIMIT_S = 2.2  # computing time of a search, more on a busy machine; with round trips below 3 s
AT_ONCE = 2  # searches that compute at the same time
WAIT_S = 5.0  # how long other calls wait
WAITING_MOST = 6  # of them: each holds one of the server's threads
BUSY = "The server is busy with other visitors' pictures. Try again in a few seconds."
SLOW = "The server is too busy to search thoroughly. Try again in a few seconds."


def find_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """Return the function `find` for a panel's `server_functions`.

    The payload is untrusted. A search starts with {model, picture, h, w, c, centre}, `picture`
    being raw bytes in base64, and continues with {model, state} until `done`. The answer is {state,
    progress, done, model_id, z, label, distance, match, verdict, target, h, w, c}: `z` (float32)
    and `target` (the pixels searched for) in base64, `label` a class or null, `distance` the error
    in grey levels, `verdict` null until done. Or it is {error: sentence}, after which the same
    state may be sent again.
    """
    slots = threading.BoundedSemaphore(AT_ONCE)
    places = threading.BoundedSemaphore(AT_ONCE + WAITING_MOST)
    judge_of = lru_cache(maxsize=8)(find_judge)

    def find(payload: dict[str, Any]) -> dict[str, Any]:
        generator = studio.generator(payload.get("who"), requested_model(payload))
        given = (_state if "state" in payload else _target)(payload, generator)
        if not places.acquire(blocking=False):
            raise SearchError(BUSY)
        try:
            return search(given, generator)
        finally:
            places.release()

    def search(given: Search | np.ndarray, generator: Generator) -> dict[str, Any]:
        if not slots.acquire(timeout=WAIT_S):
            raise SearchError(BUSY)
        try:
            if not isinstance(given, Search):
                judge = judge_of(generator.config.data, generator.shape)
                given = begin(generator, given[None], judge, LIMIT_S)
            # bounded by the steps left, not by the time that the state claims to have used
            return _answer(advance(given, generator, STEP_S, LIMIT_S), generator)
        finally:
            slots.release()

    return find


def _answer(search: Search, generator: Generator) -> dict[str, Any]:
    best, progress = projections(search, generator)[0], search.progress(LIMIT_S)
    done = progress >= 1
    if done and search.step < STEPS_LEAST:
        raise SearchError(SLOW)  # rather than the verdict that the model cannot draw it
    return dict(zip("hwc", generator.shape, strict=True)) | {
        "state": _text(pack(search)),
        "progress": round(progress, 4),
        "done": done,
        "model_id": generator.model_id,
        "z": _text(best.z.astype("<f4").tobytes()),
        "label": best.label,
        "distance": round(best.error, 2),
        "match": round(best.match, 4),
        "verdict": best.verdict if done else None,
        "target": _text(search.targets.tobytes()),
    }


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(value: Any, longest: int, sentence: str) -> bytes:
    """Decode base64; raise SearchError(sentence) if it is invalid or too long."""
    if not isinstance(value, str) or len(value) > 4 * (longest // 3 + 1):
        raise SearchError(sentence)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SearchError(sentence) from error


def _state(payload: dict[str, Any], generator: Generator) -> Search:
    sentence = "This search cannot be continued, its state is damaged. Start it again."
    return unpack(_bytes(payload["state"], size_limit(generator), sentence), generator)


def _target(payload: dict[str, Any], generator: Generator) -> np.ndarray:
    """Return the picture as uint8 of the model's shape."""
    low, high = SIDES
    h, w, c = (payload.get(key) for key in "hwc")
    if any(type(side) is not int or not low <= side <= high for side in (h, w)):
        raise SearchError(f"A picture's sides must be {low} to {high} pixels.")
    if type(c) is not int or c not in (1, 3, 4):
        raise SearchError("A picture has 1, 3 or 4 channels.")
    # digits are centred as in MNIST; other pictures are not moved
    centre = payload.get("centre", generator.config.data == "mnist")
    if not isinstance(centre, bool):
        raise SearchError("Whether the picture is centred must be true or false.")
    sentence = "The picture's bytes do not fit its size. Choose it again."
    raw = _bytes(payload.get("picture"), h * w * c, sentence)
    if len(raw) != h * w * c:
        raise SearchError(sentence)
    picture = flatten(np.frombuffer(raw, np.uint8).reshape(h, w, c))
    if centre and generator.shape[2] == 1:
        return center(grey(picture), generator.shape[0])[..., None]
    return fit(picture, generator.shape)
