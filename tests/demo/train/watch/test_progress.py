"""Polls of the Train tab: only changes, bounded, and safe against invalid requests."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from demo.endpoint import endpoint
from demo.server.model_menu import dated_name
from demo.server.studio import Studio
from demo.train.payload import MAX_CURVE_ROWS, thin_curves, vitals_row
from demo.train.watch import progress
from demo.train.watch.progress import Progress
from gan.storage.layout import VITALS
from gan.storage.metadata import change_about
from tests.watching import record, rows, signs

BAD_CURSORS = [
    *(None, [], "x", 3, {"run": "r1", "at": [7]}, {"run": [], "at": {}}, {"have": 1}),
    {"run": "r1", "at": ["200", 0], "counts": [-1, "7", None], "show": ["r1"]},
    {"of": "run:r1", "at": [200, 0], "counts": [10**30, 0, 0]},
]


def test_only_new_rows_are_sent(running: Studio) -> None:
    watched = Progress(running)
    first = watched.poll({})
    assert first["reset"] and len(first["rows"]) == 20 and first["frames"] == [0, 50, 100]
    running.runner.rows += rows(23)[20:]
    second = watched.poll(first["cursor"])
    assert [row[0] for row in second["rows"]] == [210, 220, 230]
    assert "reset" not in second and "frames" not in second
    assert "rows" not in watched.poll(second["cursor"])


def test_a_poll_without_picture_is_under_a_kilobyte(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    running.runner.rows += rows(26)[20:]
    running.runner.signs += signs(1)
    assert len(json.dumps(watched.poll(cursor))) < 1000


def test_a_class_watches_one_run_whose_picture_is_made_once(
    running: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(progress, "sheet_text", lambda images: made.append(images) or "picture")
    watched = Progress(running)
    answers = [watched.poll({"who": f"{number:032d}"}) for number in range(40)]
    assert all(one == answers[0] for one in answers) and answers[0]["picture"]
    assert len(made) == 1


def test_only_new_vital_signs_are_sent_and_long_runs_are_thinned(running: Studio) -> None:
    watched = Progress(running)
    running.runner.signs = signs(950)
    first = watched.poll({})
    steps = [row[0] for row in first["vitals"]]
    assert len(steps) <= 100 and steps[-1] == 95_000 and len(set(np.diff(steps))) == 1
    assert "vitals" not in watched.poll(first["cursor"])
    running.runner.signs = signs(951)
    assert [row[0] for row in watched.poll(first["cursor"])["vitals"]] == [95_100]


def test_a_row_of_vital_signs_is_short_and_has_bounds() -> None:
    row = vitals_row(signs(1)[0])
    assert row[:5] == [100, 12.3, 10.2, 14.5, 0.877]
    assert row[9] == [10] * 10 and row[10][0] == 12 and 97 <= sum(row[10][1:]) <= 103
    assert row[11][0] == 0 and len(row[11]) == 13
    assert vitals_row({"step": 3, "d_real": [0, 0], "frechet": float("nan")}) == (
        [3, *[None] * 9, [0], *[None] * 4]
    )
    later = {"precision": 0.81234, "recall": 0.7, "memorisation": 0.98}
    assert vitals_row({"step": 3} | later)[12:] == [0.812, 0.7, 0.98]
    steered = vitals_row(signs(1)[0] | {"augment": 0.4321, "certainty": -0.05})
    assert steered[:15] == row and steered[15:] == [0.432, -0.05]


def test_a_recording_may_have_vital_signs(studio: Studio) -> None:
    folder = studio.settings.models / "mnist"
    record(folder, [0])
    assert "vitals" not in Progress(studio).poll({})
    (folder / VITALS).write_text("\n".join(map(json.dumps, signs(3))))
    assert len(Progress(studio).poll({})["vitals"]) == 3


def test_a_warning_is_sent_while_it_holds(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    messages = {"warning": "The disk is full."}
    running.runner.status = replace(running.runner.status, version=8, **messages)
    answer = watched.poll(cursor)
    again = watched.poll(answer["cursor"])
    assert answer["warning"] == again["warning"] == "The disk is full."


def test_a_new_title_is_sent(running: Studio) -> None:
    watched, run = Progress(running), running.runner.status.run
    first = watched.poll({})
    change_about(running.settings.runs / run, title="Mine")
    second = watched.poll(first["cursor"])
    assert first["title"] == dated_name(run) and second["title"] == "Mine"
    assert "title" not in watched.poll(second["cursor"])


@pytest.mark.parametrize("change", [{"rollbacks": 1}, {"step": 150}])
def test_a_rollback_resets_the_page(running: Studio, change: dict) -> None:
    watched = Progress(running)
    running.runner.signs = signs(3)
    cursor = watched.poll({})["cursor"]
    running.runner.signs, running.runner.rows = signs(1), rows(15)
    running.runner.status = replace(running.runner.status, version=8, **change)
    answer = watched.poll(cursor)
    assert answer["reset"] and len(answer["rows"]) == 15 and len(answer["vitals"]) == 1


def test_only_new_marks_are_sent(running: Studio) -> None:
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
    assert len(answer["rows"]) <= MAX_CURVE_ROWS and answer["rows"][-1][0] == 99_990
    assert answer["cursor"]["counts"][0] == 9_999
    assert thin_curves([[1, 1.0], [2, 3.0], [3, None], [4, 5.0]], 2) == [[2, 2.0], [4, 5.0]]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_an_invalid_cursor_counts_as_empty(running: Studio, cursor: object) -> None:
    answer = endpoint(Progress(running).poll)(cursor)
    assert answer["reset"] and len(answer["rows"]) == 20
    json.dumps(answer, allow_nan=False)


def test_losses_that_are_not_finite_are_valid_json(running: Studio) -> None:
    running.runner.rows = [{**rows(1)[0], "loss_g": float("nan")}]
    assert json.loads(json.dumps(Progress(running).poll({}), allow_nan=False))["rows"][0][1] is None


def test_another_run_resets_the_page(running: Studio) -> None:
    watched = Progress(running)
    cursor = watched.poll({})["cursor"]
    running.runner.status = replace(running.runner.status, version=8, run="r2", images=None)
    running.runner.rows = []
    answer = watched.poll(cursor)
    assert answer["reset"] and answer["frames"] == [] and answer["picture"] == ""
