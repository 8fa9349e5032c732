"""Experiments: pairs of runs that differ in one respect, with the same seed and latents.

The page describes the results measured by `bench/duels.py`. To add an experiment, add a row to
`EXPERIMENTS` and its texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gan.config import Config
from gan.presets import preset


@dataclass(frozen=True)
class Experiment:
    """Two runs of the same number of steps, trained in step.

    `cost` is the time of a step of both, relative to a step of the preset `default`.
    """

    name: str
    first: Config
    second: Config
    cost: float


# gentler than the preset `default`; the described results were measured with these settings
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
    """Return an experiment with two runs of the preset `default` with these changes."""
    made = [preset("default", steps=steps, **TRIED | changes) for changes in (first, second)]
    return Experiment(name, *made, cost)


FEW = {"train_images": 200}

EXPERIMENTS = (
    Experiment(
        "article",
        preset("article", steps=1500),
        # like the article's network, unconditional with z of length 100: both get the same latents
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
    """Return the experiment of that name; raises LookupError if there is none."""
    for each in EXPERIMENTS:
        if each.name == name:
            return each
    raise LookupError("There is no such experiment; choose one from the list.")


def name_of(first: Config, second: Config) -> str:
    """Return the name of the experiment with these two configs; "" if there is none."""
    for each in EXPERIMENTS:
        if (each.first, each.second) == (first, second):
            return each.name
    return ""


def differences(first: Config, second: Config) -> dict[str, tuple[Any, Any]]:
    """Return the settings that differ, with both values."""
    one, other = first.to_json(), second.to_json()
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}
