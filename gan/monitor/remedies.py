"""Remedies of illnesses, each with the settings that it changes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gan.config import ADA_TARGET, Config
from gan.monitor.diagnosis import Remedy
from gan.training.live_settings import bounded

# the most promising first, as measured by bench/remedies.py
REMEDIES = {
    "d_winning": ("raise_lr_g", "lower_lr_d", "fewer_d_steps", "add_r1", "rollback"),
    "d_blind": ("raise_lr_d", "more_d_steps", "rollback"),
    "collapsing": ("add_r1", "lower_lr_g", "rollback"),
    "diverged": ("rollback",),  # exploded weights do not recover
    "memorising": ("augment", "adapt_augment", "rollback"),
}
# the setting that each remedy changes, and whether it raises it; None: it may do both
SETTINGS: dict[str, tuple[str, bool | None]] = {
    "add_r1": ("r1_gamma", True),
    "lower_lr_d": ("lr_d", False),
    "raise_lr_d": ("lr_d", True),
    "raise_lr_g": ("lr_g", True),
    "lower_lr_g": ("lr_g", False),
    "more_d_steps": ("d_steps_per_g_step", True),
    "fewer_d_steps": ("d_steps_per_g_step", False),
    "adapt_augment": ("augment_target", None),
    "augment": ("augment", True),
}


def remedies(
    state: str, config: Config, can_go_back: bool, tried: Collection[str] = ()
) -> tuple[Remedy, ...]:
    """Return the remedies of a state that change something under the present config.

    can_go_back: whether there was a healthy step; a diverged run is rolled back in any case.
    tried: the names of those to leave out, which did not help or may still help.
    """
    found = []
    for name in REMEDIES.get(state, ()):
        if name in tried:
            continue
        if name == "rollback":
            # with the first change, or the run would fall ill again
            first = found[0].changes if found else _changes("lower_lr", config)
            if can_go_back or state == "diverged":
                found.append(Remedy(name, first, rollback=True))
        elif changes := _changes(name, config):
            found.append(Remedy(name, changes))
    return tuple(found)


def _changes(name: str, c: Config) -> dict[str, Any]:
    changes = {
        "add_r1": {"r1_gamma": max(1.0, 3 * c.r1_gamma)},
        "lower_lr_d": {"lr_d": c.lr_d / 4},
        "raise_lr_d": {"lr_d": max(c.lr_g, 2 * c.lr_d)},
        "raise_lr_g": {"lr_g": max(c.lr_g, min(c.lr_d, 4 * c.lr_g))},
        "lower_lr_g": {"lr_g": c.lr_g / 4},
        "lower_lr": {"lr_g": c.lr_g / 4, "lr_d": c.lr_d / 4},
        "more_d_steps": {"d_steps_per_g_step": c.d_steps_per_g_step + 1},
        "fewer_d_steps": {"d_steps_per_g_step": 1},
        "adapt_augment": {"augment_target": c.augment_target / 2 or ADA_TARGET},
        # while ADA controls the probability, a fixed one has no lasting effect
        "augment": {} if c.augment_target else {"augment": max(0.5, c.augment)},
    }[name]
    return bounded(c, changes)
