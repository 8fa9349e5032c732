"""The doctor on recorded runs: as accurate as when its limits were tuned."""

from __future__ import annotations

import pytest

from bench.doctor import FOLDER, score, summary
from bench.support.replay import Recording, read, replay
from gan.monitor.diagnosis import STATES

EVERY = 5  # rows: fast, and no reading is skipped


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return [read(path.parent) for path in sorted(FOLDER.glob("*/label.json"))]


def test_there_are_labelled_recordings_of_every_state(recordings):
    labels = [recording.label for recording in recordings]
    shown = {label["main"] for label in labels}
    assert shown >= {"d_winning", "d_blind", "collapsing", "diverged", "memorising", "healthy"}
    for label in labels:
        assert label["main"] in label["states"] and set(label["states"]) <= set(STATES)
        assert label["by"]


def test_it_names_most_illnesses_and_accuses_no_healthy_run(recordings):
    found = summary([score(recording, EVERY) for recording in recordings])
    assert found["recall"] >= 0.8
    assert found["false_alarm_runs"] == 0
    assert found["wrong_names"] <= 0.2 * found["ill_runs"]
    assert found["delay_share"] <= 0.2
    assert found["ill_runs"] >= 40 and found["healthy_runs"] >= 50


def test_the_diagnosis_does_not_flicker(recordings):
    assert max(len(replay(recording, EVERY)) for recording in recordings) <= 8
