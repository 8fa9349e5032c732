"""What the doctor says, as the page wants it: `demo/static/doctor_words.js` makes sentences."""

from __future__ import annotations

from typing import Any

from demo.train.curve_rows import number
from gan.monitor.diagnosis import Diagnosis


def wire(diagnosis: Diagnosis | None) -> dict[str, Any] | None:
    """A diagnosis as JSON; None where there is none.

    state, since (step), values, evidence as [name, value, limit, side] and remedies as [name,
    whether the run goes back]. Figures have three digits; what is not finite is left out.
    """
    if diagnosis is None:
        return None
    evidence = [
        [each.name, _short(each.value), _short(each.limit), each.side]
        for each in diagnosis.evidence
    ]
    values = {name: _short(value) for name, value in diagnosis.values.items()}
    return {
        "state": diagnosis.state,
        "since": diagnosis.since_step,
        "values": {name: value for name, value in values.items() if value is not None},
        "evidence": [each for each in evidence if each[1] is not None],
        "remedies": [[remedy.name, remedy.roll_back] for remedy in diagnosis.remedies],
    }


def _short(value: Any) -> Any:
    return number(value, 3) if isinstance(value, float) else value
