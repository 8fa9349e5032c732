"""Diagnose a run from its losses and vital signs.

`gan.monitor.doctor_rules` says which readings meet the conditions of a state. A state is entered
after `PATIENCE` such readings in a row, and left after as many that fail the wider conditions to
stay, so that the diagnosis does not flicker. More serious states take precedence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from gan.config import Config
from gan.monitor.diagnosis import Diagnosis, Evidence
from gan.monitor.doctor_rules import RULES, Rule, divergence, formed, gain
from gan.monitor.doctor_signals import Signals, signals, spaced
from gan.monitor.remedies import remedies
from gan.monitor.trials import trials

PATIENCE = 2  # readings in a row that enter or leave a state
LEAD = 4  # readings that must stay healthy after a healthy one
RECENT = 60  # readings that are all used, and as many of the earlier ones, evenly spread
WELL = ("healthy", "plateau")

Row = dict[str, Any]

SPREADS = ("pixel_spread", "class_spread", "live_spread")
# the values shown with each state
VALUES: dict[str, tuple[str, ...]] = {
    "warming_up": ("step",),
    "healthy": ("d_loss_share", "diversity"),
    "d_winning": ("d_loss_share",),
    "d_blind": ("d_loss_share",),
    "collapsing": (
        "top_share",
        "top_class",
        "diversity",
        "class_spread",
        "pixel_spread",
        "live_spread",
    ),
    "memorising": ("overfit", "memorisation"),
    "plateau": ("frechet", "gain_share"),
}
SIGNS = ("collapsing", "memorising")  # for these states, only values that are evidence are shown
MEASURED = ("d_loss_share", "frechet", "diversity", *SPREADS, "classes")
MEASURED += ("top_share", "overfit", "memorisation")


def diagnose(
    rows: Sequence[Row], vitals: Sequence[Row], config: Config, marks: Sequence[Row] = ()
) -> Diagnosis:
    """Diagnose a run from its history rows, vital signs and marks."""
    known = signals(rows, _thinned(spaced(vitals)), config)
    rules = {name: rule(known) for name, rule in RULES.items()}
    states = _states(rules, formed(known))
    can_go_back = any(state in WELL for state in states)
    diverged = divergence(rows, config, marks)
    if diverged is not None:
        return Diagnosis("diverged", *diverged, remedies("diverged", config, can_go_back))
    if not states:
        if not rows:
            return Diagnosis("waiting")
        return Diagnosis("warming_up", 0, {"step": rows[-1]["step"]})
    state, first = states[-1], len(states) - 1
    while first and states[first - 1] == state:
        first -= 1
    figures = _figures(known)
    evidence = tuple(
        Evidence(name, figures[name], limit, side)
        for name, side, limit in (rules[state].evidence if state in rules else ())
        if name in figures
    )
    since = int(known.steps[first]) if first else 0
    shown = {each.name for each in evidence}
    if state not in SIGNS:
        shown = set(VALUES[state])
    elif "classes" in shown:
        shown |= {"top_share", "top_class"}
    values = {name: figures[name] for name in VALUES[state] if name in shown & figures.keys()}
    tried = trials(states, known.steps.tolist(), marks)
    left = remedies(state, config, can_go_back, [each.name for each in tried])
    return Diagnosis(state, since, values, evidence, left, tried)


def healthy_steps(
    rows: Sequence[Row], vitals: Sequence[Row], config: Config
) -> list[tuple[int, int]]:
    """Return the healthy spans as (first step, last step), in order.

    A reading counts only if the `LEAD` readings after it are healthy too: an illness begins before
    it is diagnosed, and a rollback must go to a step before it began.
    """
    known = signals(rows, spaced(vitals), config)
    states = _states({name: rule(known) for name, rule in RULES.items()}, formed(known))
    well = [all(each in WELL for each in states[i : i + 1 + LEAD]) for i in range(len(states))]
    spans = []
    for is_well, readings in groupby(zip(well, known.steps.tolist(), strict=True), itemgetter(0)):
        steps = [step for _, step in readings]
        if is_well:
            spans.append((steps[0], steps[-1]))
    return spans


def _thinned(vitals: Sequence[Row]) -> Sequence[Row]:
    """Bound the time that a long run takes; the choice of earlier readings rarely changes."""
    old, stride = len(vitals) - RECENT, 1
    while old > RECENT * stride:
        stride *= 2
    return [*vitals[: max(0, old) : stride], *vitals[max(0, old) :]]


def _states(rules: dict[str, Rule], is_formed: np.ndarray) -> list[str]:
    enters = {name: rule.enter.tolist() for name, rule in rules.items()}
    stays = {name: rule.stay.tolist() for name, rule in rules.items()}
    states: list[str] = []
    for index, past in enumerate(is_formed.tolist()):
        recent = slice(max(0, index - PATIENCE + 1), index + 1)
        state = "healthy" if past else "warming_up"
        for name in rules:
            continues = bool(states) and states[-1] == name and any(stays[name][recent])
            if continues or (index >= PATIENCE - 1 and all(enters[name][recent])):
                state = name
                break
        states.append(state)
    return states


def _figures(known: Signals) -> dict[str, Any]:
    """Return the finite signals of the last reading by name."""
    found = {name: getattr(known, name)[-1] for name in MEASURED}
    found["gain_share"] = gain(known.frechet)
    figures: dict[str, Any] = {k: float(v) for k, v in found.items() if math.isfinite(v)}
    if "top_share" in figures:
        figures["top_class"] = int(known.top_class[-1])
    return figures | {"step": int(known.steps[-1])}
