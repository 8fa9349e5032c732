"""Experiments: pairs of runs that differ in one thing, with the same seed and the same latents.

Each was tried for real before it was listed (`bench/duels.py`): what the page says of it is what
happened. A new experiment is one row of `EXPERIMENTS`, and its words.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from gan.config import Config, preset


@dataclass(frozen=True)
class Experiment:
    """Two runs to train in step, as many steps of the one as of the other.

    `cost` is what a step of both takes over a step of the preset `default`, to tell the time that
    they will need from that one's.
    """

    name: str
    first: Config
    second: Config
    cost: float


# gentler than the preset `default`: what is told of the experiments was measured with it
TRIED = {
    "d_hidden": 0,
    "d_slope": 0.2,
    "lr_g": 5e-4,
    "lr_d": 5e-4,
    "beta1": 0.5,
    "lr_schedule": "constant",
    "batch_size": 32,
    "r1_gamma": 0.3,
    "r1_every": 8,
}


def _pair(
    name: str, steps: int, cost: float, first: dict[str, Any], second: dict[str, Any]
) -> Experiment:
    """Two runs of the preset `default` with these changes."""
    made = [preset("default", steps=steps, **TRIED | changes) for changes in (first, second)]
    return Experiment(name, *made, cost)


FEW = {"train_images": 200}

EXPERIMENTS = (
    Experiment(
        "article",
        preset("article", steps=1500),
        # that network knows no classes and takes 100 numbers: so must what stands beside it, or
        # the two would draw from other latents
        preset("unconditional", steps=1500, z_dim=100, **TRIED),
        cost=0.95,
    ),
    _pair("r1", 1750, 1.2, {}, {"r1_gamma": 0.0}),
    _pair("augment", 3000, 1.3, FEW, FEW | {"augment": 0.3}),
    _pair("d_steps", 1000, 2.4, {}, {"d_steps_per_g_step": 5}),
    _pair("lr_d", 1000, 1.2, {}, {"lr_d": 5e-6}),
    _pair("average", 1500, 1.2, {}, {"ema_decay": 0.0}),
)


def experiment(name: Any) -> Experiment:
    """The experiment of that name.

    Raises:
        LookupError: there is none.
    """
    found = next((each for each in EXPERIMENTS if each.name == name), None)
    if found is None:
        raise LookupError("There is no such experiment; choose one from the list.")
    return found


def name_of(first: Config, second: Config) -> str:
    """Which experiment these two runs are, "" when they are none."""
    tried = (each for each in EXPERIMENTS if (each.first, each.second) == (first, second))
    return next((each.name for each in tried), "")


def differences(first: Config, second: Config) -> dict[str, tuple[Any, Any]]:
    """The settings in which two runs differ, and both their values."""
    ours, theirs = first.to_json(), second.to_json()
    names = [field.name for field in dataclasses.fields(Config)]
    return {name: (ours[name], theirs[name]) for name in names if ours[name] != theirs[name]}
