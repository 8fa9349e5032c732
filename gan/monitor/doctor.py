"""How the game between G and D stands, in one word, from measured figures alone.

`gan.monitor.doctor_rules` says which figures speak for which state. Here it is decided when to say
so: once they spoke for it in `PATIENCE` readings in a row, and no longer when they failed to as
often, so that the sentence does not flicker. The graver state goes before the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan.config import Config
from gan.monitor.diagnosis import Diagnosis, Evidence
from gan.monitor.divergence import divergence
from gan.monitor.doctor_rules import RULES, Rule, formed, gain
from gan.monitor.doctor_signals import Signals, signals
from gan.monitor.remedies import remedies

PATIENCE = 2  # readings
LEAD = 4  # readings
RECENT = 60  # readings that are all looked at, and as many of those before, evenly spread
WELL = ("healthy", "plateau")

Row = dict[str, Any]


def diagnose(
    rows: Sequence[Row], vitals: Sequence[Row], config: Config, marks: Sequence[Row] = ()
) -> Diagnosis:
    """The state of a run with these rows of history and of vital signs, and these marks."""
    known = signals(rows, _spread(vitals), config)
    rules = {name: rule(known) for name, rule in RULES.items()}
    states = _states(rules, formed(known))
    can_go_back = any(state in WELL for state in states)
    broken = divergence(rows, config, marks)
    if broken is not None:
        since, values, evidence = broken
        return Diagnosis(
            "diverged", since, values, evidence, remedies("diverged", config, can_go_back)
        )
    if not states:
        if not rows:
            return Diagnosis("waiting")
        return Diagnosis("warming_up", 0, {"step": rows[-1]["step"]})
    state, last = states[-1], len(states) - 1
    first = last
    while first and states[first - 1] == state:
        first -= 1
    figures = _figures(known, last)
    evidence = tuple(
        Evidence(name, figures[name], limit, side)
        for name, side, limit in (rules[state].evidence if state in rules else ())
        if name in figures
    )
    since = int(known.steps[first]) if first else 0
    values = {name: figures[name] for name in VALUES[state] if name in figures}
    if state == "memorising":  # of two reasons, only what was seen
        values = {each.name: each.value for each in evidence if each.name in VALUES[state]}
    return Diagnosis(state, since, values, evidence, remedies(state, config, can_go_back))


def healthy_steps(
    rows: Sequence[Row], vitals: Sequence[Row], config: Config
) -> list[tuple[int, int]]:
    """The spans of steps, both ends included, in which nothing was wrong, in their order.

    A reading counts only if the `LEAD` after it turned out well: an illness is there before it is
    spoken of, and what goes back must go back to before it.
    """
    known = signals(rows, vitals, config)
    rules = {name: rule(known) for name, rule in RULES.items()}
    states = _states(rules, formed(known))
    spans: list[tuple[int, int]] = []
    broken = True
    for index, step in enumerate(known.steps.tolist()):
        soon = states[index : index + 1 + LEAD]
        if not all(each in WELL for each in soon):
            broken = True
            continue
        spans.append((step, step) if broken else (spans.pop()[0], step))
        broken = False
    return spans


def _spread(vitals: Sequence[Row]) -> Sequence[Row]:
    """So many that a long run takes no longer to look at; which of the old ones seldom changes."""
    old, stride = len(vitals) - RECENT, 1
    while old > RECENT * stride:
        stride *= 2
    return [*vitals[: max(0, old) : stride], *vitals[max(0, old) :]]


def _states(rules: dict[str, Rule], is_formed: np.ndarray) -> list[str]:
    """The state at each reading."""
    enters = {name: rule.enter.tolist() for name, rule in rules.items()}
    stays = {name: rule.stay.tolist() for name, rule in rules.items()}
    states: list[str] = []
    for index, past in enumerate(is_formed.tolist()):
        recent = slice(max(0, index - PATIENCE + 1), index + 1)
        state = "healthy" if past else "warming_up"
        for name in rules:
            goes_on = bool(states) and states[-1] == name and any(stays[name][recent])
            if goes_on or (index >= PATIENCE - 1 and all(enters[name][recent])):
                state = name
                break
        states.append(state)
    return states


# what each sentence says
VALUES: dict[str, tuple[str, ...]] = {
    "warming_up": ("step",),
    "healthy": ("d_loss_share",),
    "d_winning": ("d_loss_share",),
    "d_blind": ("d_loss_share",),
    "collapsing": ("top_share", "top_class", "diversity"),
    "memorising": ("gap", "memorisation"),
    "plateau": ("frechet", "gain_share"),
}


def _figures(known: Signals, index: int) -> dict[str, Any]:
    """The signals of one reading by the names that the page knows; only finite ones."""
    found = {
        "d_loss_share": known.d_loss[index],
        "frechet": known.frechet[index],
        "diversity": known.diversity[index],
        "classes": known.classes[index],
        "top_share": known.top_share[index],
        "gap": known.gap[index],
        "memorisation": known.memorisation[index],
        "gain_share": gain(known.frechet[: index + 1]),
    }
    figures: dict[str, Any] = {k: float(v) for k, v in found.items() if math.isfinite(v)}
    if math.isfinite(known.top_share[index]):
        figures["top_class"] = int(known.top_class[index])
    return figures | {"step": int(known.steps[index])}
