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


@pytest.mark.parametrize(
    ("odd", "recall", "delay", "ill", "healthy"), [(0, 0.88, 0.08, 18, 17), (1, 0.95, 0.1, 23, 44)]
)
def test_it_names_most_illnesses_and_accuses_no_healthy_run(
    recordings, odd, recall, delay, ill, healthy
):
    half = [recording for recording in recordings if int(recording.name[-1]) % 2 == odd]
    found = summary([score(recording, EVERY) for recording in half])
    assert found["ill_runs"] >= ill and found["healthy_runs"] >= healthy
    assert found["recall"] >= recall
    assert found["false_alarm_runs"] == 0
    assert found["wrong_names"] <= 0.2 * found["ill_runs"]
    assert found["delay_share"] <= delay


def test_the_diagnosis_does_not_flicker(recordings):
    assert max(len(replay(recording, EVERY)) for recording in recordings) <= 8
