"""Remedies that were applied to a run, and whether they helped.

They are read from the marks of the history, so a change by hand counts like a button.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gan.monitor.diagnosis import ILLNESSES, Trial
from gan.monitor.remedies import REMEDIES, SETTINGS

TRIAL_STEPS = 300  # after which a remedy has helped, or has not
TOLD_STEPS = 900  # for this long, a recovery or a relapse after a rollback is attributed to it


def trials(
    states: Sequence[str], steps: Sequence[int], marks: Sequence[dict[str, Any]]
) -> tuple[Trial, ...]:
    """Return the remedies applied to the present illness, or to the one just recovered from.

    states: of the readings at `steps`; marks: of the history. The newest trial of a remedy counts.
    """
    if not states:
        return ()
    last = len(states) - 1
    end = last
    while end >= 0 and states[end] not in ILLNESSES:
        end -= 1
    begin = end
    while begin > 0 and states[begin - 1] == states[end]:
        begin -= 1
    now, is_ill = steps[last], end == last
    found = {}
    if end >= 0 and (is_ill or now - steps[end] <= TOLD_STEPS):
        until = now if is_ill else steps[end + 1]
        for name, step in _applied(states[end], marks).items():
            if steps[begin] <= step <= until:
                over = not is_ill or now - step >= TRIAL_STEPS
                found[name] = Trial(name, step, not is_ill if over else None)
    for mark in marks:
        step = mark["step"]
        # an illness that begins later is another one
        is_due = not is_ill or steps[begin] - step < TRIAL_STEPS
        asked = mark.get("mark") == "rolled back" and mark.get("asked")
        if asked and is_due and now - step <= TOLD_STEPS:
            over = is_ill or now - step >= TRIAL_STEPS
            found["rollback"] = Trial("rollback", step, not is_ill if over else None)
    return tuple(found.values())


def _applied(illness: str, marks: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return the remedies of an illness that recorded changes amount to, with their last steps.

    A setting that moves the other way undoes its remedy.
    """
    found: dict[str, int] = {}
    for name in REMEDIES.get(illness, ()):
        if name == "rollback":  # has a mark of its own
            continue
        setting, raises = SETTINGS[name]
        for mark in marks:
            if mark.get("mark") != "changed" or setting not in mark["changes"]:
                continue
            value, before = mark["changes"][setting], mark.get("before", {}).get(setting)
            if None in (raises, before) or (value > before) == raises:
                found[name] = mark["step"]
            else:
                found.pop(name, None)
    return found
