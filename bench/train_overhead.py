"""What watching a run costs: the bare training loop beside the one of the page, and a poll's bytes.

    PYTHONPATH=. python bench/train_overhead.py

Alternates the bare `Trainer` loop with the real `Runner` (snapshots, contact sheets, checkpoints,
history and vital signs, polled by two pages) in blocks of seconds, and compares how many steps
each takes per second; the median over the pairs counts. Where other programs run beside it, look
at the two figures that they disturb less: processor time per step against the bare loop's, and the
time between steps as a share of that within them (which leaves out what the pages cost). Then
weighs what one poll answers, the picture aside, late in a run of so many steps. The last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from bench.support.made_up_run import poll_bytes
from demo.progress import Progress
from demo.settings import Settings
from demo.studio import Studio
from gan.config import Config, preset
from gan.data import load
from gan.machine import lower_thread_priority, set_threads
from gan.snapshot import Snapshot
from gan.trainer import Trainer

PAGES, POLL_S = 2, 0.7


class Pace(NamedTuple):
    """Of one block: steps per second, processor seconds per step, time between steps / within."""

    rate: float
    cpu_s: float
    between: float = 0.0


class Bare:
    """The loop without anything around it, in a thread as modest as the runner's."""

    def __init__(self, config: Config) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=self._begin)
        self._trainer = Trainer(config, load(config.data, size=config.image_size))

    def pace(self, seconds: float) -> Pace:
        """Of that time."""
        return self._thread.submit(self._steps, seconds).result()

    def _begin(self) -> None:
        lower_thread_priority()
        set_threads()

    def _steps(self, seconds: float) -> Pace:
        cpu, start, first = time.process_time(), time.perf_counter(), self._trainer.step_count
        while time.perf_counter() - start < seconds:
            self._trainer.step()
        steps = self._trainer.step_count - first
        return Pace(steps / (time.perf_counter() - start), (time.process_time() - cpu) / steps)


class Watched:
    """A studio that trains, with pages that poll it."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.studio = Studio(Settings(runs=folder / "runs"))
        self._closing = threading.Event()
        self.studio.start(config, "bench")
        self.studio.runner.pause().result()
        progress = Progress(self.studio)
        self._pages = [
            threading.Thread(target=self._poll, args=(progress,), daemon=True) for _ in range(PAGES)
        ]
        for page in self._pages:
            page.start()

    def pace(self, seconds: float) -> Pace:
        """From one publishing to a later one, all that lies between included."""
        runner = self.studio.runner
        runner.resume().result()
        seen: list[tuple[float, float, Snapshot]] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            now = runner.snapshot
            if not seen or now.step != seen[-1][2].step:
                seen.append((time.perf_counter(), time.process_time(), now))
            time.sleep(0.005)
        runner.pause().result()
        # the first value is of before the resume
        (start, cpu, first), (stop, cpu_end, last) = seen[1], seen[-1]
        steps, within_s = last.step - first.step, last.elapsed_s - first.elapsed_s
        return Pace(steps / (stop - start), (cpu_end - cpu) / steps, (stop - start) / within_s - 1)

    def close(self) -> None:
        """Stop polling and training."""
        self._closing.set()
        for page in self._pages:
            page.join()
        self.studio.close()

    def _poll(self, progress: Progress) -> None:
        cursor: dict = {}
        while not self._closing.wait(POLL_S):
            cursor = progress.poll(cursor)["cursor"]


def overhead(
    config: Config, seconds: float, pairs: int
) -> tuple[dict[str, list[float]], list[float]]:
    """Percents for each pair by their names; and what each taking of vital signs cost, in s."""
    more: dict[str, list[float]] = {"overhead": [], "cpu_overhead": [], "between_steps": []}
    with tempfile.TemporaryDirectory() as folder:
        bare, watched = Bare(config), Watched(config, Path(folder))
        bare.pace(3), watched.pace(10)  # the real images are read meanwhile, once
        for pair in range(pairs):
            order = (bare, watched) if pair % 2 else (watched, bare)
            paces = {one: one.pace(seconds) for one in order}
            alone, seen = paces[bare], paces[watched]
            more["overhead"].append(100 * (alone.rate / seen.rate - 1))
            more["cpu_overhead"].append(100 * (seen.cpu_s / alone.cpu_s - 1))
            more["between_steps"].append(100 * seen.between)
            percents = ", ".join(f"{name} {found[-1]:+.1f} %" for name, found in more.items())
            print(
                f"bare {alone.rate:5.1f} steps/s, watched {seen.rate:5.1f}: {percents}", flush=True
            )
        runner = watched.studio.runner
        costs = [row["cost_s"] for row in runner.vitals(runner.snapshot.run)]
        watched.close()
    return more, costs


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="of each block")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.INFO)
    figures: dict[str, float] = {}
    for steps in (100, 1_000, 20_000):
        first, tick = poll_bytes(steps)
        print(f"after {steps:6,} steps: first poll {first:6,} bytes, a tick {tick:5,} bytes")
        figures[f"tick_bytes_{steps}"] = tick
    more, costs = overhead(preset("default", steps=1_000_000), options.seconds, options.pairs)
    print(f"vital signs: {len(costs)} times, median {statistics.median(costs):.3f} s each")
    medians = {f"{name}_pct": round(statistics.median(each), 2) for name, each in more.items()}
    figures = medians | figures
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
