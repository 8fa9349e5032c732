"""What a clip would weigh and take, told before it is exported: one estimate at a time."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from demo import text
from demo.interpolate import clips
from demo.server.studio import Studio
from gan.media.export import ExportError
from gan.system import priority

KEPT = 256  # answers
FRESH_S = 5.0  # of a model in training; its pictures soon weigh something else
QUEUE_MAX = 50  # visitors that wait for one
BUSY = "The server is estimating for many others; the next change asks again."


class Estimates:
    """Answers every visitor; of what one visitor asks in a row, only the newest is worked out."""

    def __init__(self, studio: Studio, work_out: Callable[[clips.Order], dict[str, float]]) -> None:
        self._studio, self._work_out = studio, work_out
        self._one_at_a_time = asyncio.Lock()  # its waiters are served in order
        self._pool = ThreadPoolExecutor(1, "estimate", priority.lower)
        self._numbers = itertools.count()
        self._newest: dict[str, int] = {}  # of those who wait: the number of their last wish
        # by recipe, with the time when it was worked out; the last used one last
        self._known: dict[str, tuple[dict[str, float], float]] = {}

    async def answer(self, visitor: str, wish: Any) -> dict[str, Any]:
        """{bytes, seconds, wait_s}, {error} with a sentence, or {stale} if a newer wish came."""
        if visitor not in self._newest and len(self._newest) >= QUEUE_MAX:
            return {"error": BUSY}
        number = self._newest[visitor] = next(self._numbers)
        try:
            order = await asyncio.to_thread(clips.order, self._studio, wish)
            name = self._name(order)
            async with self._one_at_a_time:
                if self._newest.get(visitor) != number:
                    return {"stale": True}
                figures, since = self._known.pop(name, (None, 0.0))
                old = time.monotonic() - since > FRESH_S and self._studio.trains(order.recipe.model)
                if figures is None or old:
                    loop = asyncio.get_running_loop()
                    figures = await loop.run_in_executor(self._pool, self._work_out, order)
                    since = time.monotonic()
                self._known[name] = figures, since
                while len(self._known) > KEPT:
                    self._known.pop(next(iter(self._known)))
        except (ValueError, ExportError) as error:
            return {"error": str(error)}
        except OSError:
            return {"error": text.say("export.disk")}
        finally:
            if self._newest.get(visitor) == number:
                del self._newest[visitor]
        wait_s = self._studio.exports.queue.wait_s(visitor, order.long)
        return {**figures, "wait_s": round(wait_s, 1)}

    def _name(self, order: clips.Order) -> str:
        """The recipe's text; of a model in training without the weights, which change all along."""
        recipe = order.recipe
        trains = self._studio.trains(recipe.model)
        return replace(recipe, model_id="").to_text() if trains else recipe.to_text()
