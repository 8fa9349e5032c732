"""Estimates of a clip's size and duration before its export, one at a time."""

import asyncio
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from demo import address, text
from demo.endpoint import sentence_of
from demo.export.spec import ExportSpec
from demo.interpolate import clips
from demo.server.studio import Studio
from gan.media.writer import ExportError
from gan.system import priority

CACHED = 256  # estimates
FRESH_S = 5.0  # for models in training, whose images change
QUEUE_MAX = 50  # waiting visitors
MOST_PER_ADDRESS = 8  # of them, on a public server
BUSY = "The server is estimating for many others; the next change asks again."


class Estimates:
    """Estimates for all visitors; of successive requests of one visitor only the last is run."""

    def __init__(self, studio: Studio, run: Callable[[ExportSpec], dict[str, float]]) -> None:
        self._studio, self._run = studio, run
        self._one_at_a_time = asyncio.Lock()  # fair: first come, first served
        self._pool = ThreadPoolExecutor(1, "estimate", priority.lower)
        self._numbers = itertools.count()
        # by waiting visitor: the number of the last request, and its address
        self._newest: dict[str, tuple[int, str]] = {}
        # by recipe, with the time of the estimate; the last used one last
        self._cache: dict[str, tuple[dict[str, float], float]] = {}

    async def answer(self, visitor: str, who: str, payload: Any) -> dict[str, Any]:
        """Return {bytes, seconds, wait_s}, {error: sentence}, or {stale} after a newer request."""
        here = address.present()
        near = sum(here == one for _, one in self._newest.values() if here)
        full = len(self._newest) >= QUEUE_MAX or near >= MOST_PER_ADDRESS
        if full and visitor not in self._newest:
            return {"error": BUSY}
        number = self._newest[visitor] = next(self._numbers), here
        try:
            spec = await asyncio.to_thread(clips.clip_spec, self._studio, who, payload)
            key = self._key(spec)
            async with self._one_at_a_time:
                if self._newest.get(visitor) != number:
                    return {"stale": True}
                figures, since = self._cache.pop(key, (None, 0.0))
                old = time.monotonic() - since > FRESH_S
                if figures is None or (old and self._studio.trains(spec.job.recipe.model)):
                    loop = asyncio.get_running_loop()
                    figures = await loop.run_in_executor(self._pool, self._run, spec)
                    since = time.monotonic()
                self._cache[key] = figures, since
                while len(self._cache) > CACHED:
                    self._cache.pop(next(iter(self._cache)))
        except (ValueError, ExportError) as error:
            return {"error": sentence_of(error)}
        except OSError:
            return {"error": text.say("export.disk")}
        finally:
            if self._newest.get(visitor) == number:
                del self._newest[visitor]
        wait_s = self._studio.exports.queue.wait_s(visitor, spec.long)
        return {**figures, "wait_s": round(wait_s, 1)}

    def _key(self, spec: ExportSpec) -> str:
        """Return the recipe's text, for a model in training without the id of its weights."""
        recipe = spec.job.recipe
        trains = self._studio.trains(recipe.model)
        return replace(recipe, model_id="").to_text() if trains else recipe.to_text()
