"""Every diagnosis has texts in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gan.config import Config
from gan.monitor.diagnosis import STATES
from gan.monitor.doctor import VALUES, diagnose
from gan.monitor.doctor_rules import RULES
from gan.monitor.doctor_signals import signals
from gan.monitor.remedies import REMEDIES
from tests.made_vitals import made

TEXT = Path(__file__).parents[3] / "demo" / "text"


@pytest.fixture(params=["en", "zh"])
def words(request) -> dict[str, str]:
    return json.loads((TEXT / f"{request.param}.json").read_text(encoding="utf-8"))


def test_every_state_and_remedy_has_texts(words):
    assert all(words[f"doctor.state.{state}"] for state in STATES)
    for name in {name for names in REMEDIES.values() for name in names}:
        assert words[f"doctor.remedy.{name}"] and words[f"doctor.why.{name}"]


def test_every_value_of_the_evidence_has_a_text(words):
    narrow = {"classes": lambda k: [50] * 10 if k < 5 else [500] + [0] * 9}
    narrow |= {"diversity": lambda k: 0.9 if k < 5 else 0.1, "class_spread": 0.1}
    narrow |= {"live_spread": 0.1}
    known = signals(*made(12, **narrow, gap=0.4, memorisation=0.1), Config())
    evidence = {name for rule in RULES.values() for name, _, _ in rule(known).evidence}
    assert {"diversity", "class_spread", "live_spread", "classes"} < evidence
    assert {"frechet", "overfit", "memorisation"} < evidence
    evidence |= {"pixel_spread"}  # without classes
    assert all(words[f"doctor.evidence.{name}"] for name in evidence | {"loss"})


def test_texts_use_only_values_that_findings_have(words):
    for state in STATES:
        parts = [text for key, text in words.items() if re.fullmatch(rf"doctor\.\w+\.{state}", key)]
        sentence = " ".join(parts)
        asked = set(re.findall(r"\{(\w+)\}", sentence))
        given = {"step"} if state == "diverged" else set(VALUES.get(state, ()))
        assert asked <= given, state
    rows, vitals = made(12)
    found = diagnose(rows, vitals, Config())
    assert set(VALUES[found.state]) <= set(found.values)
