"""Settings that can change during a run, and what to change after a divergence."""

from __future__ import annotations

import dataclasses
from typing import Any

from gan.config import RANGES, Config, ConfigError

# the networks, data and batch size cannot change: the checkpoint depends on them
STEERABLE = ("lr_g", "lr_d", "d_steps_per_g_step", "r1_gamma", "r1_every")
STEERABLE += ("augment", "augment_target")
MAX_DIVERGENCES = 3  # rollbacks of one run after a divergence


def changed(config: Config, changes: dict[str, Any]) -> Config:
    """Return `config` with `changes`; ConfigError for others than `STEERABLE`, or out of range."""
    for name in changes:
        if name not in STEERABLE:
            listed = ", ".join(STEERABLE)
            raise ConfigError(f"{name} cannot change during a run; these can: {listed}.")
    return dataclasses.replace(config, **changes)


def difference(before: Config, after: Config) -> dict[str, Any]:
    """Return the steerable settings that differ, with the values of `after`."""
    return {
        name: getattr(after, name)
        for name in STEERABLE
        if getattr(after, name) != getattr(before, name)
    }


def in_words(changes: dict[str, Any]) -> str:
    """Return changes as text for a note: "lr_g 0.0001, lr_d 0.0002"."""
    return ", ".join(f"{name} {value:g}" for name, value in changes.items())


def changes_after_all(then: Config, present: Config, changes: dict[str, Any]) -> dict[str, Any]:
    """Return those of `changes` to make after a rollback to `then`: not to what changed since."""
    since = difference(then, present)
    wanted = {name: value for name, value in changes.items() if name not in since}
    return difference(then, changed(then, wanted))


def remedy(config: Config, attempt: int) -> dict[str, Any]:
    """Return what to change after a divergence; `attempt` is 1, 2 or 3.

    Both learning rates are halved. From the second attempt on, R1 (Mescheder et al. 2018) is turned
    on, or doubled, and applied at every step: it bounds D's gradient, which is what explodes.
    """
    changes = {"lr_g": config.lr_g / 2, "lr_d": config.lr_d / 2}
    if attempt > 1:
        changes |= {"r1_gamma": max(1.0, 2 * config.r1_gamma), "r1_every": 1}
    return bounded(config, changes)


def bounded(config: Config, changes: dict[str, Any]) -> dict[str, Any]:
    """Return those of `changes`, moved into their ranges, that change `config`."""
    values = {key: min(RANGES[key][1], max(RANGES[key][0], v)) for key, v in changes.items()}
    return difference(config, changed(config, values))
