"""The Train tab's polls: only news, bounded, and safe against what a visitor may send."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from demo.curve_rows import MAX_POINTS, thin
from demo.models import dated_name
from demo.progress import MAX_FRAMES, Progress
from demo.settings import Settings
from demo.studio import Studio
from demo.vital_signs import wire
from gan.about import change_about
from gan.config import Config
from gan.finding import Finding, Remedy
from gan.pictures import grid, png_bytes
from gan.snapshot import Snapshot
from gan.vitals_log import FILE

BAD_CURSORS = [
    *(None, [], "x", 3, {"run": "r1", "at": [7]}, {"run": [], "at": {}}, {"have": 1}),
    {"run": "r1", "at": ["200", 0], "counts": [-1, "7", None], "show": ["r1"]},
]


class FakeRunner:
    """A runner whose snapshot and rows the test sets."""

    def __init__(self) -> None:
        self.snapshot = Snapshot()
        self.rows: list[dict] = []
        self.signs: list[dict] = []
        self.deeds: list[dict] = []

    def vitals(self, run: str, since_row: int = 0) -> list[dict]:
        return self.signs[since_row:] if run == self.snapshot.run else []

    def history(self, since_row: int = 0, run: str = "") -> list[dict]:
        return self.rows[since_row:] if run == self.snapshot.run else []

    def marks(self, run: str = "") -> list[dict]:
        return self.deeds[:]

    def start(self, config: Config, folder: Path) -> SimpleNamespace:
        self.snapshot = Snapshot(1, "running", folder.name, config)
        return SimpleNamespace(result=lambda: None)


def rows(count: int) -> list[dict]:
    numbers = {"loss_g": 1.23456789, "loss_d": 0.98765, "d_real": 0.7, "d_fake": 0.3}
    return [{"step": 10 * k, **numbers, "elapsed_s": float(k)} for k in range(1, count + 1)]


def signs(count: int) -> list[dict]:
    row = {
        "frechet": 12.3456,
        "frechet_error": 1.11111,
        "diversity": 0.8765432,
        "confidence": 0.987654,
        "classes": [50] * 10,
        "d_real": [0] * 12 + [20] * 10 + [28, 28],
        "d_fake": [28, 28] + [20] * 10 + [0] * 12,
        "gap": -0.012345,
        "grad_g": 5.3031,
        "grad_d": 13.0912,
        "cost_s": 0.2,
    }
    return [{"step": 100 * k, **row} for k in range(1, count + 1)]


def images(value: int) -> np.ndarray:
    return np.full((60, 28, 28, 1), value, np.uint8)


def record(folder: Path, steps: list[int]) -> None:
    (folder / "snapshots").mkdir(parents=True)
    for step in steps:
        sheet = png_bytes(grid(images(step % 256), 10))
        (folder / "snapshots" / f"{step:08d}.png").write_bytes(sheet)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made = Studio(Settings(runs=tmp_path / "runs", models=tmp_path / "models"))
    made.runner.close()
    made.runner = FakeRunner()
    return made


@pytest.fixture
def running(studio: Studio) -> Studio:
    record(studio.settings.runs / "r1", [0, 50, 100])
    studio.runner.rows = rows(20)
    studio.runner.snapshot = Snapshot(
        7, "running", "r1", Config(), 200, 10_000, 12.5, 800.0, 180.0, None, images(9)
    )
    return studio


def test_only_new_rows_come_with_a_cursor(running: Studio) -> None:
    watched = Progress(running)
    first = watched.poll({})
    assert first["reset"] and len(first["rows"]) == 20 and first["frames"] == [0, 50, 100]
    running.runner.rows += rows(23)[20:]
    second = watched.poll(first["cursor"])
    assert [row[0] for row in second["rows"]] == [210, 220, 230]
    assert "reset" not in second and "frames" not in second
    assert "rows" not in watched.poll(second["cursor"])


def test_of_a_film_that_a_page_knows_only_the_change_comes(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    folder = running.settings.runs / "r1/snapshots"
    (folder / "00000050.png").unlink()
    for version, step in ((8, 150), (9, 200)):
        (folder / f"{step:08d}.png").touch()
        running.runner.snapshot = replace(running.runner.snapshot, version=version)
        answer = watched.poll(cursor)
    assert answer["dropped"] == [50] and answer["added"] == [150, 200]
    assert "frames" not in answer and "added" not in watched.poll(answer["cursor"])
    assert watched.poll(cursor | {"have": ["?"] * 4})["frames"] == [0, 100, 150, 200]


def test_no_picture_while_the_version_stays(running: Studio) -> None:
    watched = Progress(running)
    first = watched.poll({})
    assert first["picture"]
    second = watched.poll(first["cursor"])
    assert "picture" not in second
    running.runner.snapshot = replace(running.runner.snapshot, version=8, images=images(10))
    assert watched.poll(second["cursor"])["picture"] != first["picture"]


def test_a_tick_without_picture_is_under_a_kilobyte(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    running.runner.rows += rows(26)[20:]
    running.runner.signs += signs(1)
    assert len(json.dumps(watched.poll(cursor))) < 1000


def test_only_new_vital_signs_come_and_few_of_a_long_run(running: Studio) -> None:
    watched = Progress(running)
    running.runner.signs = signs(950)
    first = watched.poll({})
    steps = [row[0] for row in first["vitals"]]
    assert len(steps) <= 100 and steps[-1] == 95_000 and len(set(np.diff(steps))) == 1
    assert "vitals" not in watched.poll(first["cursor"])
    running.runner.signs = signs(951)
    assert [row[0] for row in watched.poll(first["cursor"])["vitals"]] == [95_100]


def test_a_row_of_vital_signs_is_short_and_has_a_band() -> None:
    row = wire(signs(1)[0])
    assert row[:5] == [100, 12.3, 10.2, 14.5, 0.877]
    assert row[9] == [10] * 10 and row[10][0] == 12 and 97 <= sum(row[10][1:]) <= 103
    assert row[11][0] == 0 and len(row[11]) == 13
    assert wire({"step": 3, "d_real": [0, 0], "frechet": float("nan")}) == (
        [3, *[None] * 9, [0], None]
    )


def test_the_vital_signs_of_a_recording_are_shown_where_it_has_some(studio: Studio) -> None:
    folder = studio.settings.models / "mnist"
    record(folder, [0])
    assert "vitals" not in Progress(studio).poll({})
    (folder / FILE).write_text("\n".join(map(json.dumps, signs(3))))
    assert len(Progress(studio).poll({})["vitals"]) == 3


def test_a_warning_is_told_while_it_holds(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    told = {"warning": "The disk is full."}
    running.runner.snapshot = replace(running.runner.snapshot, version=8, **told)
    answer = watched.poll(cursor)
    again = watched.poll(answer["cursor"])
    assert answer["warning"] == again["warning"] == "The disk is full."


def test_a_run_is_called_what_people_call_it(running: Studio) -> None:
    watched, run = Progress(running), running.runner.snapshot.run
    first = watched.poll({})
    change_about(running.settings.runs / run, title="Mine")
    second = watched.poll(first["cursor"])
    assert first["title"] == dated_name(run) and second["title"] == "Mine"
    assert "title" not in watched.poll(second["cursor"])


@pytest.mark.parametrize("change", [{"rewinds": 1}, {"step": 150}])
def test_a_run_that_went_back_starts_the_page_afresh(running: Studio, change: dict) -> None:
    watched = Progress(running)
    running.runner.signs = signs(3)
    cursor = watched.poll({})["cursor"]
    running.runner.signs, running.runner.rows = signs(1), rows(15)
    running.runner.snapshot = replace(running.runner.snapshot, version=8, **change)
    answer = watched.poll(cursor)
    assert answer["reset"] and len(answer["rows"]) == 15 and len(answer["vitals"]) == 1


def test_the_picture_is_made_once_for_all_visitors(running: Studio, monkeypatch) -> None:
    watched = Progress(running)
    made = []
    monkeypatch.setattr("demo.progress.png_bytes", lambda image: made.append(1) or b"png")
    for _ in range(5):
        watched.poll({})
    assert len(made) == 1


def test_opinions_come_with_their_picture_and_a_finding_when_it_changes(running: Studio) -> None:
    watched, healthy = Progress(running), Finding("healthy", 100, {"diversity": 0.91234})
    beliefs = np.linspace(0, 1, 60, dtype=np.float32)
    running.runner.snapshot = replace(
        running.runner.snapshot, version=8, opinions=beliefs, finding=healthy
    )
    first = watched.poll({})
    assert abs(np.frombuffer(b64decode(first["opinions"]), np.uint8) / 255 - beliefs).max() < 0.003
    assert first["finding"] == {
        **{"state": "healthy", "since": 100, "values": {"diversity": 0.912}},
        **{"evidence": [], "remedies": []},
    }
    running.runner.snapshot = replace(running.runner.snapshot, version=9, step=210)
    second = watched.poll(first["cursor"])
    assert not {"opinions", "picture", "finding"} & second.keys()
    ill = Finding("collapsing", 200, {"top_share": float("nan")}, (), (Remedy("add_r1"),))
    running.runner.snapshot = replace(running.runner.snapshot, version=10, finding=ill)
    third = watched.poll(second["cursor"])
    assert third["finding"]["values"] == {} and ["add_r1", False] in third["finding"]["remedies"]
    assert "picture" not in third


def test_only_new_marks_come(running: Studio) -> None:
    watched = Progress(running)
    running.runner.deeds = [{"step": 50, "mark": "changed", "changes": {"lr_d": 1e-4}}]
    first = watched.poll({})
    assert first["marks"] == [[50, "changed", {"lr_d": 1e-4}, None]]
    back = {"step": 90, "mark": "rolled back", "from_step": 140, "note": "x"}
    running.runner.deeds += [back | {"asked": True}, back]
    second = watched.poll(first["cursor"])
    kinds = ("rolled back", "diverged")  # somebody asked for the first
    assert second["marks"] == [[90, kind, {}, 140, "x"] for kind in kinds]
    assert "marks" not in watched.poll(second["cursor"])


def test_thinning_is_bounded_and_keeps_the_mean(running: Studio) -> None:
    running.runner.rows = rows(9_999)
    answer = Progress(running).poll({})
    assert len(answer["rows"]) <= MAX_POINTS and answer["rows"][-1][0] == 99_990
    assert answer["cursor"]["counts"][0] == 9_999
    assert thin([[1, 1.0], [2, 3.0], [3, None], [4, 5.0]], 2) == [[2, 2.0], [4, 5.0]]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_cursor_without_sense_is_an_empty_one(running: Studio, cursor: object) -> None:
    answer = Progress(running).poll(cursor)
    assert answer["reset"] and len(answer["rows"]) == 20
    json.dumps(answer, allow_nan=False)


def test_losses_that_are_not_numbers_are_still_json(running: Studio) -> None:
    running.runner.rows = [{**rows(1)[0], "loss_g": float("nan")}]
    assert json.loads(json.dumps(Progress(running).poll({}), allow_nan=False))["rows"][0][1] is None


def test_before_any_run_the_bundled_recording_is_shown(studio: Studio) -> None:
    folder = studio.settings.models / "mnist"
    record(folder, [0, 10, 20])
    (folder / "history.jsonl").write_text("\n".join(map(json.dumps, rows(3))))
    watched = Progress(studio)
    answer = watched.poll({})
    assert answer["cursor"]["run"] == "" and answer["frames"] == [0, 10, 20]
    assert len(answer["rows"]) == 3
    assert set(watched.frames({"run": "", "steps": [10, 11, "20"]})["frames"]) == {"10"}


def test_another_run_starts_the_page_afresh(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    running.runner.snapshot = replace(running.runner.snapshot, version=8, run="r2", images=None)
    running.runner.rows = []
    answer = watched.poll(cursor)
    assert answer["reset"] and answer["frames"] == [] and answer["picture"] == ""


@pytest.mark.parametrize(
    "wanted",
    [None, 5, {}, {"run": "r1"}, {"run": "../r1", "steps": [0]}, {"run": "r1", "steps": 0}],
)
def test_frames_of_nothing_are_none(running: Studio, wanted: object) -> None:
    assert Progress(running).frames(wanted) == {"run": "r1", "frames": {}}


def test_frames_are_few_at_a_time(running: Studio) -> None:
    found = Progress(running).frames({"run": "r1", "steps": [0] * MAX_FRAMES + [50]})
    assert set(found["frames"]) == {"0"}
