"""The doctor on recorded runs: as accurate as when its limits were tuned."""

from __future__ import annotations

import pytest

from bench.doctor import FOLDER, SILENT, score, summary
from bench.support.replay import Recording, read, replay
from gan.monitor.diagnosis import STATES

EVERY = 5  # rows: fast, and no reading is skipped


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    return [read(path.parent) for path in sorted(FOLDER.glob("*/label.json"))]


def test_there_are_labelled_recordings_of_every_state(recordings):
    assert len(recordings) >= 24
    labels = [recording.label for recording in recordings]
    shown = {label["main"] for label in labels}
    assert shown >= {"d_winning", "d_blind", "collapsing", "diverged", "memorising", "healthy"}
    for label in labels:
        assert label["main"] in label["states"] and set(label["states"]) <= set(STATES)
        assert label["by"]


def test_it_finds_most_states_with_few_false_alarms(recordings):
    found = summary([score(recording, EVERY) for recording in recordings])
    ill = found["hits"] + found["misses"]
    assert found["hits"] >= 0.8 * ill
    assert found["false_alarms"] <= 0.1 * len(recordings)


def test_healthy_runs_are_never_called_ill(recordings):
    well = [recording for recording in recordings if recording.label["main"] == "healthy"]
    for recording in well:
        assert {state for _, state in replay(recording, EVERY)} <= set(SILENT), recording.name


def test_the_diagnosis_does_not_flicker(recordings):
    assert max(len(replay(recording, EVERY)) for recording in recordings) <= 6
