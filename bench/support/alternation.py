"""Alternate the bare training loop and the studio's, which pages poll, in one thread.

The turns are short, so that other load affects both alike. During the bare loop's turns, the
studio's clocks stop and its pages wait, so that it does not publish or save more often.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.watch.progress import Progress
from gan.config import Config
from gan.data.image_set import load
from gan.runner import checkpointing, publish_rate
from gan.training.trainer import Trainer

PAGES, POLL_S = 2, 0.7


class Slice(NamedTuple):
    """Wall and CPU seconds of the same number of steps both ways."""

    steps: int
    watched_s: float
    watched_cpu_s: float
    bare_s: float
    bare_cpu_s: float


class Alternation:
    """A studio that trains with pages polling it, alternating with a bare trainer.

    `slices` grows with time.
    """

    def __init__(self, config: Config, folder: Path, slice_s: float) -> None:
        self.slices: list[Slice] = []
        self._slice_s, self._away_s = slice_s, 0.0
        self._alone = threading.Lock()  # held in the bare loop's turn: no page may poll
        self._closing = threading.Event()
        self._bare = Trainer(config, load(config.data, size=config.image_size))
        self._real_clocks = [(module, module.time) for module in (publish_rate, checkpointing)]
        for module, _ in self._real_clocks:
            module.time = SimpleNamespace(monotonic=self._now)
        self.studio = Studio(Settings(runs=folder / "runs"))
        thread = self.studio.runner._thread
        self._turn, thread._turn = thread._turn, self._take_turn
        self._begin()
        self.studio.access.start("0" * 32, config)
        progress = Progress(self.studio)
        pages = [threading.Thread(target=self._poll, args=(progress,)) for _ in range(PAGES)]
        self._pages = pages
        for page in pages:
            page.start()

    def close(self) -> None:
        """Stop polling and training."""
        self._closing.set()
        for page in self._pages:
            page.join()
        self.studio.close()
        for module, clock in self._real_clocks:
            module.time = clock

    def _now(self) -> float:
        return time.monotonic() - self._away_s

    def _begin(self) -> None:
        self._start_s, self._start_cpu_s, self._steps = time.monotonic(), time.process_time(), 0

    def _take_turn(self) -> None:
        """Replace the runner's turn, in the training thread."""
        self._turn()
        self._steps += 1
        watched_s = time.monotonic() - self._start_s
        if watched_s < self._slice_s or self._closing.is_set():
            return
        with self._alone:  # a poll in progress counts for the studio
            watched_cpu_s = time.process_time() - self._start_cpu_s
            start_s, start_cpu_s = time.monotonic(), time.process_time()
            for _ in range(self._steps):
                self._bare.step()
            bare_s, bare_cpu_s = time.monotonic() - start_s, time.process_time() - start_cpu_s
            self._away_s += bare_s
        self.slices.append(Slice(self._steps, watched_s, watched_cpu_s, bare_s, bare_cpu_s))
        self._begin()

    def _poll(self, progress: Progress) -> None:
        cursor: dict = {}
        due_s = self._now()
        while not self._closing.wait(0.02):
            if self._now() >= due_s and self._alone.acquire(blocking=False):
                try:
                    cursor = progress.poll(cursor)["cursor"]
                finally:
                    self._alone.release()
                due_s = self._now() + POLL_S
