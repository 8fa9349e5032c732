"""What can be done for a run that is ill: remedies, each with the settings that it changes.

Every remedy really changes something: one whose setting stands at its end already is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gan.config import RANGES, Config
from gan.monitor.diagnosis import Remedy
from gan.training.live_settings import changed, difference

# the most promising first, as bench/remedies.py found them
PRESCRIPTIONS = {
    "d_winning": ("raise_lr_g", "lower_lr_d", "fewer_d_steps", "add_r1", "roll_back"),
    "d_blind": ("raise_lr_d", "more_d_steps", "roll_back"),
    "collapsing": ("lower_lr_g", "add_r1", "roll_back"),
    "diverged": ("roll_back",),  # nothing brings weights back that ran away
    "memorising": ("augment", "adapt_augment", "roll_back"),
}


def remedies(state: str, config: Config, can_go_back: bool) -> tuple[Remedy, ...]:
    """For an illness, under the present config. `can_go_back`: there was a healthy step; a run that
    diverged goes back in any case, if need be to its start.
    """
    found = []
    for name in PRESCRIPTIONS.get(state, ()):
        if name == "roll_back":
            # back at the same settings it would fall ill again: with the first change, too
            first = found[0].changes if found else _changes("lower_lr", config)
            if can_go_back or state == "diverged":
                found.append(Remedy(name, first, roll_back=True))
            continue
        changes = _changes(name, config)
        if changes:
            found.append(Remedy(name, changes))
    return tuple(found)


def _changes(name: str, config: Config) -> dict[str, Any]:
    wanted: dict[str, Any]
    if name == "add_r1":
        wanted = {"r1_gamma": max(1.0, 3 * config.r1_gamma)}
    elif name == "lower_lr_d":
        wanted = {"lr_d": config.lr_d / 4}
    elif name == "raise_lr_d":
        wanted = {"lr_d": max(config.lr_g, 2 * config.lr_d)}
    elif name == "raise_lr_g":
        wanted = {"lr_g": max(config.lr_g, min(config.lr_d, 4 * config.lr_g))}
    elif name == "lower_lr_g":
        wanted = {"lr_g": config.lr_g / 4}
    elif name == "lower_lr":
        wanted = {"lr_g": config.lr_g / 4, "lr_d": config.lr_d / 4}
    elif name == "more_d_steps":
        wanted = {"d_steps_per_g_step": config.d_steps_per_g_step + 1}
    elif name == "fewer_d_steps":
        wanted = {"d_steps_per_g_step": 1}
    elif name == "adapt_augment":
        wanted = {"augment_target": config.augment_target / 2 or 0.6}
    else:  # where it is steered, another start would be forgotten soon
        wanted = {} if config.augment_target else {"augment": max(0.5, config.augment)}
    return difference(config, changed(config, dict(_within(wanted.items()))))


def _within(settings: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    for name, value in settings:
        low, high = RANGES[name]
        yield name, min(high, max(low, value))
