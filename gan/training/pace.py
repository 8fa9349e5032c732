"""How long a run will take on this machine, before it is started.

Seconds per step are measured now, on a trainer made for it and thrown away; how many steps it
takes until the digits are readable was measured once for each preset (`bench/readable.py`).
"""

from __future__ import annotations

import dataclasses
import statistics
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from types import MappingProxyType

import torch

from gan.config import PRESETS, Config, preset
from gan.data.image_set import ImageSet
from gan.system import priority
from gan.system.machine import set_threads
from gan.training.trainer import Trainer

MEASURE_S = 1.0
LEAST_STEPS = 4  # within that time
TRIAL_BATCH = 8
IMAGES = 256  # of noise: how long a step takes does not depend on what they show

# steps of MNIST until the judge reads 85 % of the samples as asked (or, without classes, is as sure
# of them), the median of three seeds; None: not within 5,000 steps
READABLE_STEPS = MappingProxyType(
    {
        "default": 200,
        "article": None,
        "unconditional": 380,
        "hinge-spectral": 480,
        "relativistic-r1": 660,
        "few-images": 190,
    }
)
# what else may differ from a preset without changing when its digits can be read
FREE = ("steps", "seed")


@dataclass(frozen=True)
class Pace:
    """Seconds of one step, until the digits are readable, and of the whole run.

    `readable_s` is None where that was not measured for this config, or where `never` is set: it
    was, and the digits did not become readable. It is also None when the run ends before.
    """

    step_s: float
    readable_s: float | None
    total_s: float
    never: bool = False


def measure(config: Config, seconds: float = MEASURE_S) -> Pace:
    """Train for about `seconds` on noise, as modestly as a run does, and throw it away.

    It runs in a thread of its own, and the caller waits; no other run is touched. What else this
    machine does meanwhile is measured too.
    """
    made: Future[float] = Future()

    def work() -> None:
        try:
            priority.lower(nice=priority.TRAINING)
            set_threads()
            made.set_result(_step_s(config, seconds))
        except BaseException as error:
            made.set_exception(error)

    # not a daemon: torch dies loudly when Python ends under it
    threading.Thread(target=work, name="pace", daemon=False).start()
    return paced(config, made.result())


def paced(config: Config, step_s: float) -> Pace:
    """What a step of `step_s` seconds means for a run of this config."""
    found, steps = readable_steps(config)
    reached = steps is not None and steps <= config.steps
    readable_s = steps * step_s if reached else None
    return Pace(step_s, readable_s, config.steps * step_s, never=found and steps is None)


def readable_steps(config: Config) -> tuple[bool, int | None]:
    """Whether a config was measured, and the steps until its digits are readable; None: never."""
    for name, steps in READABLE_STEPS.items():
        same = {field: getattr(config, field) for field in FREE}
        if name in PRESETS and preset(name, **same) == config:
            return True, steps
    return False, None


def _step_s(config: Config, seconds: float) -> float:
    """Seconds of a step. Of batches too large to be tried, a part is, and taken as often."""
    config = dataclasses.replace(config, train_images=0)
    whole, trial = config.batch_size, min(TRIAL_BATCH, config.batch_size)
    each = _timed(dataclasses.replace(config, batch_size=trial), seconds / 4) / trial
    part = min(whole, max(trial, int(seconds / LEAST_STEPS / each)))
    return _timed(dataclasses.replace(config, batch_size=part), seconds) * whole / part


def _timed(config: Config, seconds: float) -> float:
    """Median seconds of a step, those with R1 weighed by how often they come."""
    trainer = Trainer(config, _noise(config))
    trainer.step()  # the first is slow: memory, and the threads of OpenMP
    with_r1: list[float] = []
    without: list[float] = []
    start = time.perf_counter()
    while not (with_r1 or without) or time.perf_counter() - start < seconds:
        regularised = trainer.has_r1
        begun = time.perf_counter()
        trainer.step()
        (with_r1 if regularised else without).append(time.perf_counter() - begun)
    if not with_r1 or not without:
        return statistics.median(with_r1 or without)
    share = 1 / config.r1_every
    return share * statistics.median(with_r1) + (1 - share) * statistics.median(without)


def _noise(config: Config) -> ImageSet:
    rng = torch.Generator().manual_seed(0)
    shape = (IMAGES, config.channels, config.image_size, config.image_size)
    images = torch.randint(0, 256, shape, generator=rng, dtype=torch.uint8)
    return ImageSet(config.data, images, torch.arange(IMAGES) % max(1, config.classes))
