"""The picture and film of a run in polls: each sent once, a few frames at a time."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest

from demo.endpoint import endpoint
from demo.server.studio import Studio
from demo.train.watch.progress import MAX_SNAPSHOTS, Progress
from gan.monitor.diagnosis import Diagnosis, Remedy
from tests.watching import images, record, rows


def test_the_steps_of_the_film_are_sent_when_they_change(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    folder = running.settings.runs / "r1/snapshots"
    (folder / "00000050.png").unlink()
    for version, step in ((8, 150), (9, 200)):
        (folder / f"{step:08d}.png").touch()
        running.runner.status = replace(running.runner.status, version=version)
        answer = watched.poll(cursor)
    assert answer["frames"] == [0, 100, 150, 200]
    assert "frames" not in watched.poll(answer["cursor"])
    assert watched.poll(cursor | {"have": ["?"] * 4})["frames"] == [0, 100, 150, 200]


def test_no_picture_is_sent_while_the_version_is_unchanged(running: Studio) -> None:
    watched = Progress(running)
    first = watched.poll({})
    assert first["picture"]
    second = watched.poll(first["cursor"])
    assert "picture" not in second
    running.runner.status = replace(running.runner.status, version=8, images=images(10))
    assert watched.poll(second["cursor"])["picture"] != first["picture"]


def test_the_picture_is_made_once_for_all_visitors(running: Studio, monkeypatch) -> None:
    watched = Progress(running)
    made = []
    monkeypatch.setattr(
        "demo.train.watch.progress.sheet_text", lambda images: made.append(1) or "png"
    )
    for _ in range(5):
        watched.poll({})
    assert len(made) == 1


def test_opinions_come_with_the_picture_and_findings_on_change(running: Studio) -> None:
    watched, healthy = Progress(running), Diagnosis("healthy", 100, {"diversity": 0.91234})
    beliefs = np.linspace(0, 1, 60, dtype=np.float32)
    running.runner.status = replace(
        running.runner.status, version=8, opinions=beliefs, diagnosis=healthy
    )
    first = watched.poll({})
    assert abs(np.frombuffer(b64decode(first["opinions"]), np.uint8) / 255 - beliefs).max() < 0.003
    assert first["finding"] == {
        **{"state": "healthy", "since": 100, "values": {"diversity": 0.912}},
        **{"evidence": [], "remedies": [], "trials": [], "restart": False},
    }
    running.runner.status = replace(running.runner.status, version=9, step=210)
    second = watched.poll(first["cursor"])
    assert not {"opinions", "picture", "finding"} & second.keys()
    ill = Diagnosis("collapsing", 200, {"top_share": float("nan")}, (), (Remedy("add_r1"),))
    running.runner.status = replace(running.runner.status, version=10, diagnosis=ill)
    third = watched.poll(second["cursor"])
    assert third["finding"]["values"] == {} and ["add_r1", False] in third["finding"]["remedies"]
    assert "picture" not in third


def test_before_any_run_the_bundled_recording_is_shown(studio: Studio) -> None:
    folder = studio.settings.models / "mnist"
    record(folder, [0, 10, 20])
    (folder / "history.jsonl").write_text("\n".join(map(json.dumps, rows(3))))
    watched = Progress(studio)
    answer = watched.poll({})
    assert answer["cursor"]["run"] == "" and answer["frames"] == [0, 10, 20]
    assert len(answer["rows"]) == 3
    assert set(watched.frames({"run": "", "steps": [10, 11, "20"]})["frames"]) == {"10"}


@pytest.mark.parametrize(
    "wanted",
    [None, 5, {}, {"run": "r1"}, {"run": "../r1", "steps": [0]}, {"run": "r1", "steps": 0}],
)
def test_invalid_requests_for_frames_return_none(running: Studio, wanted: object) -> None:
    assert endpoint(Progress(running).frames)(wanted) == {"run": "r1", "frames": {}}


def test_frames_per_answer_are_limited(running: Studio) -> None:
    found = Progress(running).frames({"run": "r1", "steps": [0] * MAX_SNAPSHOTS + [50]})
    assert set(found["frames"]) == {"0"}
