"""A run that another process trains in the folder of this server's runs: shown, never changed."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from demo.endpoint import Refused, endpoint
from demo.generate.weights import weights_function
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.runs import panel as view
from demo.train.watch.progress import Progress
from gan.presets import preset
from gan.runs.run import Run
from gan.storage.layout import HISTORY, LOCK
from gan.storage.run_lock import EXPIRES_S, LockOwner
from tests.panels import functions
from tests.watching import rows, signs

SMALL = preset("default", width=4, batch_size=8, steps=1000)
ME = "a" * 32


def beat(folder: Path, age_s: float = 0.0, token: str = "theirs") -> None:
    """Lock the run for a process of another machine, with a heartbeat of this age."""
    theirs = replace(LockOwner.this_process(), host="node7", process=4711, token=token)
    (folder / LOCK).write_text(json.dumps(asdict(theirs)))
    os.utime(folder / LOCK, (time.time() - age_s,) * 2)


def grow(folder: Path, count: int) -> None:
    lines = [json.dumps(row) for row in rows(count)]
    (folder / HISTORY).write_text("\n".join(lines) + "\n")
    lines = [json.dumps(row) for row in signs(count // 10)]
    (folder / "vitals.jsonl").write_text("\n".join(lines) + "\n")


@pytest.fixture
def studio(tmp_path, monkeypatch):
    """A server with a run of ten steps, "far", that node7 trains."""
    monkeypatch.setattr("demo.train.watch.sources.READ_S", 1e-9)
    run = Run.create(SMALL, tmp_path / "runs/far")
    for _ in range(10):
        run.advance()
    run.keep_snapshot()
    run.save()
    run.close()
    beat(run.folder)
    made = Studio(Settings(runs=tmp_path / "runs", models=tmp_path / "models"))
    yield made
    made.close()


@pytest.fixture
def do(studio):
    return functions(view.build, studio)


def test_it_is_listed_as_training_elsewhere(studio, do):
    answer = do["listed"]({"who": ME})
    assert answer["elsewhere"] == ["far"] and not answer["going"] and answer["names"] == ["far"]
    beat(studio.settings.runs / "far", age_s=EXPIRES_S + 1)
    assert "elsewhere" not in do["listed"]({"who": ME})


def test_it_is_neither_resumed_nor_deleted(studio, do):
    wanted = {"refused": "elsewhere", "values": {"host": "node7", "process": 4711}}
    assert do["resume"]({"who": ME, "run": "far"}) == wanted
    assert do["delete"]({"who": ME, "run": "far"}) == wanted
    assert (studio.settings.runs / "far").is_dir()
    with pytest.raises(RuntimeError, match="process 4711 on node7"):
        studio.runner.resume_run(studio.settings.runs / "far").result(20)
    beat(studio.settings.runs / "far", age_s=EXPIRES_S + 1)  # it was killed
    assert do["resume"]({"who": ME, "run": "far"}) == {"run": "far"}
    studio.runner.pause().result(20)
    assert "elsewhere" not in do["listed"]({"who": ME})  # it is here now
    studio.runner.stop().result(20)
    assert not (studio.settings.runs / "far" / LOCK).exists()
    assert do["delete"]({"who": ME, "run": "far"}) == {"deleted": "far"}


def test_its_curves_and_vital_signs_grow(studio):
    watched, folder = Progress(studio), studio.settings.runs / "far"
    grow(folder, 20)
    first = watched.poll({"show": "far"})
    assert first["state"] == "elsewhere" and first["step"] == 200 and first["reset"]
    assert len(first["rows"]) == 20 and len(first["vitals"]) == 2 and first["finding"]
    assert first["rate"] == pytest.approx(8 * 10) and first["left"] == pytest.approx(80)
    assert first["frames"] == [10] and first["playable"] and not first.get("error")
    grow(folder, 23)
    again = watched.poll({**first["cursor"], "show": "far"})
    assert [row[0] for row in again["rows"]] == [210, 220, 230]
    assert "reset" not in again and "vitals" not in again


def test_a_rollback_or_its_end_resets_the_page(studio):
    watched, folder = Progress(studio), studio.settings.runs / "far"
    grow(folder, 20)
    cursor = watched.poll({"show": "far"})["cursor"]
    grow(folder, 30)
    with (folder / HISTORY).open("a") as file:
        file.write(json.dumps({"step": 300, "mark": "rolled back", "from_step": 310}) + "\n")
    back = watched.poll({**cursor, "show": "far"})
    assert back["reset"] and len(back["rows"]) == 30 and back["state"] == "elsewhere"
    (folder / LOCK).unlink()
    over = watched.poll({**back["cursor"], "show": "far"})
    assert over["reset"] and over["state"] == "done"


def test_it_is_shown_before_the_first_run_of_this_server(studio):
    assert Progress(studio).poll({})["cursor"]["run"] == "far"
    (studio.settings.runs / "far" / LOCK).unlink()
    assert Progress(studio).poll({})["cursor"]["run"] == ""


def test_its_damaged_history_leaves_the_film(studio):
    (studio.settings.runs / "far" / HISTORY).write_text('{"step": 1}\n')
    answer = Progress(studio).poll({"show": "far"})
    assert "damaged" in answer["error"] and answer["frames"] == [10]


def test_explore_uses_its_newest_weights(studio):
    weights, folder = endpoint(weights_function(studio)), studio.settings.runs / "far"
    first = weights({"model": "run:far", "file": False})
    assert first["live"] and not first["fixed"]
    (folder / LOCK).unlink()
    run = Run.resume(folder)
    run.advance()
    run.save()
    run.close()
    second = weights({"model": "run:far", "file": False})
    assert second["model_id"] != first["model_id"] and not second["live"]


def test_a_visitor_who_does_not_own_it_does_not_learn_its_host(studio, do):
    studio.access.privacy._settings = replace(studio.settings, public=True)
    with pytest.raises(Refused, match="not_yours"):
        studio.access.resume(ME, "far")
