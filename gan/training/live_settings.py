"""What may be changed of a run while it goes on, and what is changed of one that diverged."""

from __future__ import annotations

import dataclasses
from typing import Any

from gan.config import RANGES, Config, ConfigError

# networks, data and batch stay what they are: their state is in the checkpoint
STEERABLE = ("lr_g", "lr_d", "d_steps_per_g_step", "r1_gamma", "r1_every")
STEERABLE += ("augment", "augment_target")
MAX_DIVERGENCES = 3  # of one run


def changed(config: Config, changes: dict[str, Any]) -> Config:
    """`config` with other learning rates, steps of D, R1 regularisation or augmentation.

    Raises:
        ConfigError: a setting that cannot change during a run, or a value out of range.
    """
    for name in changes:
        if name not in STEERABLE:
            listed = ", ".join(STEERABLE)
            raise ConfigError(f"{name} cannot change while a run goes on; these can: {listed}.")
    return dataclasses.replace(config, **changes)


def difference(before: Config, after: Config) -> dict[str, Any]:
    """The steerable settings in which two configs differ, with the values of `after`."""
    return {
        name: getattr(after, name)
        for name in STEERABLE
        if getattr(after, name) != getattr(before, name)
    }


def in_words(changes: dict[str, Any]) -> str:
    """Changes as a note tells of them: "lr_g 0.0001, lr_d 0.0002"."""
    return ", ".join(f"{name} {value:g}" for name, value in changes.items())


def changes_after_all(then: Config, present: Config, changes: dict[str, Any]) -> dict[str, Any]:
    """Those of the `changes` that going back to `then` still needs, where a setting has stayed the
    same ever since; any other goes back to what it was.
    """
    since = difference(then, present)
    wanted = {name: value for name, value in changes.items() if name not in since}
    return difference(then, changed(then, wanted))


def remedy(config: Config, attempt: int) -> dict[str, Any]:
    """What to change before a diverged run goes on; `attempt` 1, 2 and 3 go further each time.

    Both learning rates are halved; from the second time on R1 (Mescheder et al. 2018) is turned on,
    or doubled, and taken at every step: it bounds D's slope, which is what runs away.
    """
    lowest = RANGES["lr_g"][0]
    changes: dict[str, Any] = {
        "lr_g": max(lowest, config.lr_g / 2),
        "lr_d": max(lowest, config.lr_d / 2),
    }
    if attempt > 1:
        gamma = min(RANGES["r1_gamma"][1], max(1.0, 2 * config.r1_gamma))
        changes |= {"r1_gamma": gamma, "r1_every": 1}
    return difference(config, changed(config, changes))
