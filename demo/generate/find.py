"""The server function that finds a visitor's picture in a model's latent space, piece by piece.

The search lives in the browser between two calls, as bytes it hands back: the server keeps
nothing, and a visitor who goes away has cancelled it.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from demo.server.studio import Studio
from gan.explore.centering import center, fit, flatten, grey
from gan.explore.projection import Search, SearchError, advance, begin, projections
from gan.explore.projection_state import pack, size_limit, unpack
from gan.metrics.judge import Judge, JudgeError
from gan.models.generator import Generator, ModelError

SIDES = (8, 512)  # px of a picture sent here
PAUSE = 0.25  # s of work a call; the page shows what was found in between
LIMIT = 2.2  # s of work in all; with the ways there and back it stays below 3 s
AT_ONCE = 2  # searches that compute at the same time
PATIENCE = 5.0  # s that others wait for their turn
BUSY = "The server is busy with other visitors' pictures. Try again in a few seconds."


def find_function(studio: Studio) -> Callable[[Any], dict[str, Any]]:
    """The function `find` for a panel's `server_functions`.

    Anyone can call it with anything, so nothing in the payload is trusted. A search starts with
    {model, picture, h, w, c, centre}, `picture` the raw bytes in base64, and goes on with
    {model, state} until `done`. Each call gives {state, progress, done, model_id, z, label, error,
    match, verdict, target, h, w, c}: `z` float32 and `target` the pixels that are looked for, both
    raw in base64, `label` a class or null, `verdict` null until done; `error` in grey levels is
    called `distance` here. Or it gives {error} with a sentence; a state may be sent again then.
    """
    turns = threading.BoundedSemaphore(AT_ONCE)
    judge_of = lru_cache(maxsize=8)(_judge)

    def find(payload: Any) -> dict[str, Any]:
        try:
            if not isinstance(payload, dict) or not isinstance(payload.get("model"), str):
                raise SearchError("A search names a model and sends a picture.")
            generator = studio.generator(payload["model"])
            goes_on = "state" in payload
            given = _state(payload, generator) if goes_on else _target(payload, generator)
            if not turns.acquire(timeout=PATIENCE):
                raise SearchError(BUSY)
            try:
                if not isinstance(given, Search):
                    judge = judge_of(generator.config.data, generator.shape)
                    given = begin(generator, given[None], judge, LIMIT)
                # a state's work is what its steps allow, whatever it says was spent
                return _answer(advance(given, generator, PAUSE, LIMIT), generator)
            finally:
                turns.release()
        except (ModelError, ValueError) as error:
            return {"error": str(error)}

    return find


def _answer(search: Search, generator: Generator) -> dict[str, Any]:
    best, progress = projections(search, generator)[0], search.progress(LIMIT)
    done = progress >= 1
    h, w, c = generator.shape
    return {
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
        "h": h,
        "w": w,
        "c": c,
    }


def _judge(data: str, shape: tuple[int, int, int]) -> Judge | None:
    """The judge of a model's data, where there is one that reads such images."""
    try:
        return Judge.load(data) if shape == (28, 28, 1) else None
    except JudgeError:
        return None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(value: Any, longest: int, sentence: str) -> bytes:
    """What base64 text stands for; the sentence where it is none, or too long."""
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
    """The picture in the model's frame, uint8 of its shape."""
    low, high = SIDES
    h, w, c = (payload.get(key) for key in "hwc")
    if any(type(side) is not int or not low <= side <= high for side in (h, w)):
        raise SearchError(f"A picture's sides must be {low} to {high} pixels.")
    if type(c) is not int or c not in (1, 3, 4):
        raise SearchError("A picture has 1, 3 or 4 channels.")
    # digits lie in the middle as MNIST's do; what else there is has its own place in the picture
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
