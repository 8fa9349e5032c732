"""Estimate how long a run will take on this machine, before it starts.

The seconds per step are measured on a temporary trainer, or are those of the run itself. The steps
until the first shapes were measured once.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType

import torch

from gan.config import Config
from gan.data.frame_clips import FrameClips
from gan.data.image_set import ImageSet
from gan.data.moving_mnist import MovingDigits
from gan.datasets import DATASETS, is_own
from gan.presets import preset
from gan.system import priority
from gan.system.machine import set_threads
from gan.training.interruptible import interruptible
from gan.training.trainer import Trainer

MEASURE_S = 1.0
LEAST_STEPS = 4  # within that time
SLOW_S = 2.0  # the first step is enough if it takes longer
MAX_STEP_S = 10.0  # a longer step is not measured to its end
TRIAL_BATCH = 8
IMAGES = 256  # of noise: the time of a step does not depend on their content

# steps on MNIST until the judge classifies 85 % of the samples as requested (without classes: until
# its mean confidence is 85 %), median of three seeds; None: not within 5,000 steps. Elsewhere until
# most samples on the contact sheet are recognisable, see "First shapes" in bench/RECIPES.md.
DIGITS = {
    "default": 190,
    "article": None,
    "unconditional": 380,
    "hinge-spectral": 480,
    "relativistic-r1": 660,
    "few-images": 190,
}
OWN_STEPS = {32: 100, 64: 120}  # preset own-images, by size; measured on 300 drawn faces
SHAPES_STEPS = MappingProxyType(
    {
        **{("mnist", name): steps for name, steps in DIGITS.items()},
        ("faces", "default"): 80,
        ("faces-64", "large-images"): 160,
        ("moving-mnist", "video"): 400,
        **{(size, "own-images"): steps for size, steps in OWN_STEPS.items()},
    }
)
MOST_STEPS = max(filter(None, SHAPES_STEPS.values()))
# settings that hardly affect the first steps, in which ADA lowers p
FREE = ("steps", "seconds", "seed", "train_images", "augment_target")
FORMAT = ("data", "image_size", "image_channels", "image_classes")  # of the user's own images
ENOUGH_STEPS = 16  # one of them has R1 by default


@dataclass(frozen=True)
class Pace:
    """Seconds per step, until the first shapes (on MNIST, readable digits), and in total.

    `shapes_s` may be later than the end of the run. It is None if the steps were not measured for
    this config, or if `never` is set: they were, and the digits did not become readable. `step_s`
    is infinite if it is above `MAX_STEP_S` and was not measured to its end.
    """

    step_s: float
    shapes_s: float | None
    total_s: float
    never: bool = False


def measure(config: Config, seconds: float = MEASURE_S) -> Pace:
    """Measure the pace by training for about `seconds` on noise, at the priority of a run.

    It runs in a new thread, while the caller waits. Other work on this machine slows it down.
    """

    def work() -> float:
        priority.lower(nice=priority.TRAINING)
        set_threads()
        return _step_s(config, seconds)

    with ThreadPoolExecutor(1) as thread:
        return paced(config, thread.submit(work).result())


def paced(config: Config, step_s: float) -> Pace:
    """Return the pace of a run of this config at `step_s` seconds per step."""
    found, steps = shapes_steps(config)
    total_s = config.seconds or config.steps * step_s
    shapes_s = None if steps is None else steps * step_s
    return Pace(step_s, shapes_s, total_s, never=found and steps is None)


def shapes_steps(config: Config) -> tuple[bool, int | None]:
    """Return whether a config was measured, and in how many steps its first shapes appeared."""
    own = is_own(config.data)
    same = {name: getattr(config, name) for name in (*FREE, *(FORMAT if own else ("data",)))}
    for (data, name), steps in SHAPES_STEPS.items():
        is_same_kind = data == (config.image_size if own else config.data)
        if is_same_kind and preset(name, **same) == config:
            return True, steps
    return False, None


def shapes_ahead_s(
    config: Config, step: int, elapsed_s: float, step_s: float | None = None
) -> float | None:
    """Return the seconds of training until the first shapes of a run at `step`, from its start.

    Its own pace counts after `ENOUGH_STEPS`, until then `step_s`. None: unknown, or they are there.
    """
    if step >= MOST_STEPS:
        return None  # without a look at the table
    _, steps = shapes_steps(config)
    if steps is None or step >= steps:
        return None
    step_s = elapsed_s / step if step >= ENOUGH_STEPS else step_s
    is_known = step_s is not None and math.isfinite(step_s)
    return paced(config, step_s).shapes_s if is_known else None


def _step_s(config: Config, seconds: float) -> float:
    """Return the seconds per step; extrapolated from a smaller batch if steps are slow."""
    config = dataclasses.replace(config, train_images=0)
    batch, trial = config.batch_size, min(TRIAL_BATCH, config.batch_size)
    trial_s = _timed(dataclasses.replace(config, batch_size=trial), seconds / 4)
    part = min(batch, int(seconds / LEAST_STEPS / trial_s * trial))
    if part < trial:  # slow
        return trial_s * batch / trial
    return _timed(dataclasses.replace(config, batch_size=part), seconds) * batch / part


def _timed(config: Config, seconds: float) -> float:
    """Return the median seconds per step, weighting steps with and without R1 by frequency."""
    trainer = Trainer(config, _noise(config))
    times: dict[bool, list[float]] = {}  # of steps with and without R1
    start_cpu_s = time.thread_time()

    def check() -> None:
        if time.thread_time() - start_cpu_s > MAX_STEP_S:
            raise _TooSlow

    mixed, start = config.r1_gamma > 0 and config.r1_every > 1, time.perf_counter()
    try:
        with interruptible(check):
            trainer.step()  # a little slower: it allocates memory and starts OpenMP's threads
    except _TooSlow:
        return math.inf
    taken_s, start = time.perf_counter() - start, time.perf_counter()
    if taken_s > SLOW_S and not mixed:
        return taken_s
    while not times or time.perf_counter() - start < seconds:
        has_r1, begun = trainer.has_r1, time.perf_counter()
        trainer.step()
        times.setdefault(has_r1, []).append(time.perf_counter() - begun)
    medians = {has_r1: statistics.median(taken) for has_r1, taken in times.items()}
    share = 1 / config.r1_every if len(medians) == 2 else float(True in medians)
    return share * medians.get(True, 0.0) + (1 - share) * medians.get(False, 0.0)


class _TooSlow(Exception):
    pass


def _noise(config: Config) -> ImageSet:
    rng = torch.Generator().manual_seed(0)

    def noise(side: int) -> torch.Tensor:
        shape = (IMAGES, config.channels, side, side)
        return torch.randint(0, 256, shape, generator=rng, dtype=torch.uint8)

    size, source = config.image_size, None
    if config.motion_dim:
        if is_own(config.data):
            source = FrameClips(noise(size), torch.tensor([[0, IMAGES]]).expand(IMAGES, 2), size)
        else:
            source = MovingDigits(noise(size), size, DATASETS[config.data].pairs)
    labels = torch.arange(IMAGES) % max(1, config.classes)
    return ImageSet(config.data, noise(size), labels, source=source)
