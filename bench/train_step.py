"""Measure what share of the machine's peak FLOP/s a training step reaches, and where time goes.

    python bench/train_step.py [--set batch_size=64] [--ops] [--compile]

Counts the multiply-adds (two operations each) of the default preset's mean step and compares the
operations per second with those of square matrix products on the same machine, in float32 and in
bfloat16. `peak_pct` refers to the type of most of the step's operations; the step in float32, which
CPUs without bfloat16 use, has a value of its own. Then times each part of a step, including the
history rows of a run (train_overhead.py measures what the page adds); `bookkeeping_pct` is the
share of drawing batches, EMA, losses and history. Then times variants of the step. All values are
medians of rounds in which everything takes turns. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

import gan  # noqa: F401  before torch: sets how OpenMP threads wait

# isort: split
import torch

from bench.support.flops import FlopsByType, Peak
from bench.support.step_parts import BOOKKEEPING, taken_apart
from bench.support.step_variants import VARIANTS, Variant, compiled
from gan.config import Config
from gan.data.image_set import load
from gan.presets import preset
from gan.runs.run import Run
from gan.system.machine import set_threads
from gan.training.trainer import Trainer

WARM_STEPS = 24


def counted(trainer: Trainer) -> Counter[torch.dtype]:
    """Return the operations of a mean step by type; R1 is averaged over its interval."""
    every, total = cycle(trainer.config), Counter()
    for _ in range(every):
        with FlopsByType() as flops:
            trainer.step()
        total.update(flops.total)
    return Counter({kind: count / every for kind, count in total.items()})


def cycle(config: Config) -> int:
    """Return the period of the steps: the interval of R1."""
    return config.r1_every if config.r1_gamma else 1


def step_s(advance: Callable, steps: int) -> float:
    """Return the mean seconds of so many steps."""
    begun = time.perf_counter()
    for _ in range(steps):
        advance()
    return (time.perf_counter() - begun) / steps


class Rounds:
    """All measurements, taking turns; each list has one value per round."""

    def __init__(self, config: Config, folder: Path, with_compile: bool) -> None:
        self._images = load(config.data, size=config.image_size)
        self._config, self._steps = config, cycle(config)
        self._peaks = {kind: Peak(kind) for kind in (torch.float32, torch.bfloat16)}
        self.run = Run.create(config, folder, lambda *_: self._warm(Variant({})))
        self._ways = {name: self._warm(way) for name, way in VARIANTS.items()}
        self.compile_s = 0.0
        if with_compile:
            self._ways["torch.compile"] = self._compiled()
        self.peaks: dict[torch.dtype, list[float]] = defaultdict(list)
        self.ways: dict[str, list[float]] = defaultdict(list)
        self.parts: dict[bool, list[Counter[str]]] = {False: [], True: []}

    def _warm(self, way: Variant) -> Trainer:
        trainer = way.trainer(self._config, self._images)
        step_s(trainer.step, WARM_STEPS)
        return trainer

    def _compiled(self) -> Trainer:
        trainer = Trainer(self._config, self._images)
        self.compile_s = compiled(trainer)
        step_s(trainer.step, WARM_STEPS)
        return trainer

    def once(self) -> None:
        """Measure one round."""
        for kind, peak in self._peaks.items():
            self.peaks[kind].append(peak.per_s())
        self.ways["as it is"].append(step_s(self.run.advance, self._steps))
        for name, trainer in self._ways.items():
            self.ways[name].append(step_s(trainer.step, self._steps))
        for _ in range(self._steps):
            regularised = self.run.trainer.has_r1
            with taken_apart(self.run) as parts:
                self.run.advance()
            self.parts[regularised].append(parts.seconds)


def print_parts(rounds: Rounds, every: int) -> float:
    """Print a table of the parts; return the percentage of bookkeeping."""
    names = {name for kind in rounds.parts.values() for each in kind for name in each}
    middle = {
        name: [
            statistics.median(each[name] for each in kind) if kind else 0.0
            for kind in rounds.parts.values()
        ]
        for name in names
    }
    r1_share = len(rounds.parts[True]) / sum(map(len, rounds.parts.values()))
    mean = {n: (1 - r1_share) * plain + r1_share * r1 for n, (plain, r1) in middle.items()}
    whole = sum(mean.values())
    print(f"\n{'part of a step':26}{'plain ms':>10}{'R1 ms':>10}{'mean ms':>10}{'share':>8}")
    for name in sorted(mean, key=mean.get, reverse=True):
        plain, r1 = middle[name]
        star = " *" if name in BOOKKEEPING else ""
        print(
            f"{name + star:26}{1e3 * plain:10.2f}{1e3 * r1:10.2f}{1e3 * mean[name]:10.2f}"
            f"{mean[name] / whole:8.1%}"
        )
    print(f"* bookkeeping; R1 comes every {every} steps" if r1_share else "* bookkeeping")
    return 100 * sum(mean.get(name, 0.0) for name in BOOKKEEPING) / whole


def print_ways(rounds: Rounds, flops: float) -> None:
    """Print the variants of the step side by side."""
    print(f"\n{'the same step':26}{'ms':>10}{'GFLOP/s':>10}{'speed':>8}")
    middle = {name: statistics.median(times) for name, times in rounds.ways.items()}
    base = middle["as it is"]
    for name, seconds in middle.items():
        rate = flops / seconds / 1e9
        print(f"{name:26}{1e3 * seconds:10.2f}{rate:10.0f}{base / seconds:7.2f}x")
    if rounds.compile_s:
        gain = base - middle["torch.compile"]
        pays = f"{rounds.compile_s / gain:,.0f} steps" if gain > 0 else "never"
        print(f"compiling took {rounds.compile_s:.0f} s; break-even after: {pays}")


def print_ops(trainer: Trainer) -> None:
    """Print the slowest operations from PyTorch's profiler."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        step_s(trainer.step, 2 * cycle(trainer.config))
    print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=18))


def setting(text: str) -> tuple[str, object]:
    """Parse NAME=VALUE, the value as JSON or a string."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def main() -> None:
    """Measure the step, print the tables and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="default")
    parser.add_argument("--set", action="append", default=[], type=setting, metavar="NAME=VALUE")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument(
        "--ops", action="store_true", help="also print PyTorch's profile by operation"
    )
    parser.add_argument(
        "--compile", action="store_true", help="also measure torch.compile; slow to start"
    )
    options = parser.parse_args()
    set_threads()
    config = preset(options.preset, **dict(options.set))
    with tempfile.TemporaryDirectory() as folder:
        rounds = Rounds(config, Path(folder), options.compile)
        trainer = rounds.run.trainer
        flops = counted(trainer)
        for _ in range(options.rounds):
            rounds.once()
    peaks = {kind: statistics.median(found) for kind, found in rounds.peaks.items()}
    seconds, total = statistics.median(rounds.ways["as it is"]), sum(flops.values())
    for kind, peak in peaks.items():
        print(
            f"{str(kind).removeprefix('torch.'):9} matrix products: {peak / 1e9:6.0f} GFLOP/s;"
            f" of the step's operations {flops[kind] / total:4.0%}"
        )
    plain = total / statistics.median(rounds.ways["float32"])
    achieved, heavy = total / seconds, max(flops, key=flops.get)
    print(
        f"a step of {config.batch_size} images: {total / 1e9:.3f} GFLOP in {1e3 * seconds:.2f} ms,"
        f" {achieved / 1e9:.0f} GFLOP/s"
    )
    bookkeeping_pct = print_parts(rounds, config.r1_every)
    print_ways(rounds, total)
    if options.ops:
        print_ops(trainer)
    figures = {
        "peak_pct": round(100 * achieved / peaks[heavy], 1),
        "peak_of": str(heavy).removeprefix("torch."),
        "peak_fp32_pct": round(100 * achieved / peaks[torch.float32], 1),
        "peak_bf16_pct": round(100 * achieved / peaks[torch.bfloat16], 1),
        "float32_step_of_float32_peak_pct": round(100 * plain / peaks[torch.float32], 1),
        "bookkeeping_pct": round(bookkeeping_pct, 2),
        "images_per_s": round(config.batch_size / seconds),
        "step_ms": round(1e3 * seconds, 2),
        "gflop_per_step": round(total / 1e9, 3),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
