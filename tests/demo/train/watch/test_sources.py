"""Which run is watched, for any name a visitor may send."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from demo.server.access import Access
from demo.settings import Settings
from demo.train.watch.film import film_spec
from demo.train.watch.progress import Progress
from demo.train.watch.sources import Live, Watchable
from gan.config import Config
from gan.media.contact_sheet import grid, png_bytes
from gan.runner.runner import Runner
from gan.runner.status import RunStatus

SIGNS = {"frechet": 50.0, "frechet_error": 1.0, "diversity": 0.9, "classes": [50] * 10}
SCORES = {"d_real": [0] * 12 + [256] + [0] * 11, "d_fake": [0] * 11 + [256] + [0] * 12}


def ended(folder: Path, distances: tuple[float, ...] = (50.0, 9.0, 12.0)) -> Path:
    """A run that ended before its first checkpoint, with a contact sheet every hundred steps."""
    (folder / "snapshots").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(Config().to_json()))
    losses = {"loss_g": 1.0, "loss_d": 0.5, "d_real": 0.7, "d_fake": 0.3, "elapsed_s": 1.0}
    steps = [100 * (k + 1) for k in range(len(distances))]
    sheet = png_bytes(grid(np.zeros((60, 28, 28, 1), np.uint8), 10))
    for step in steps:
        (folder / "snapshots" / f"{step:08d}.png").write_bytes(sheet)
    rows = [{"step": step, **losses} for step in steps]
    mark = {"step": 100, "mark": "changed", "changes": {"lr_g": 1e-4}}
    signs = [
        {"step": step, **SIGNS, **SCORES, "frechet": distance}
        for step, distance in zip(steps, distances, strict=True)
    ]
    (folder / "history.jsonl").write_text("\n".join(map(json.dumps, [*rows, mark])) + "\n")
    (folder / "vitals.jsonl").write_text("\n".join(map(json.dumps, signs)) + "\n")
    return folder


@pytest.fixture
def studio(tmp_path: Path) -> SimpleNamespace:
    """A server with an ended run "old" and no current run."""
    ended(tmp_path / "runs/old")
    ended(tmp_path / "models/mnist")
    runner = Runner()
    settings = Settings(runs=tmp_path / "runs", models=tmp_path / "models")
    access = Access(runner, settings)
    made = SimpleNamespace(settings=settings, runner=runner, access=access, gate=access.gate)
    made.current = lambda who: made.gate.shown(who, made.runner.status)
    yield made
    runner.close()


def test_an_ended_run_is_read_from_its_folder(studio: SimpleNamespace) -> None:
    found = Watchable(studio).find("", "old")
    assert found.model == "run:old" and found.status.run == "old"
    assert found.status.best_step == 200 and found.status.diagnosis is not None
    (rows, vitals, marks), counts = found.new([0, 1, 0])
    assert [row[0] for row in rows] == [100, 200, 300] and len(vitals) == 2
    assert marks == [[100, "changed", {"lr_g": 1e-4}, None]]
    assert counts == [3, 3, 1] and found.new(counts) == (([], [], []), counts)


@pytest.mark.parametrize("name", ["", None, "../runs/old", "old/", ["old"], 3, "gone", "run:old"])
def test_an_unknown_name_gives_the_current_run_or_the_recording(
    studio: SimpleNamespace, name: object
) -> None:
    assert Watchable(studio).find("", name).model == "mnist"
    studio.runner._loop.status = RunStatus(run="new")
    assert Watchable(studio).find("", name).model == "run:new"


def test_before_the_first_run_the_recording_of_the_chosen_model_is_shown(
    studio: SimpleNamespace,
) -> None:
    models = studio.settings.models
    ended(models / "fashion-mnist")
    config = Config(data="fashion-mnist").to_json()
    (models / "fashion-mnist/config.json").write_text(json.dumps(config))
    found = Watchable(studio).find("", "", "fashion-mnist")
    assert found.model == "fashion-mnist" and found.status.config.data == "fashion-mnist"
    for other in ("run:old", "../models/mnist", None, ["mnist"], "gone"):
        assert Watchable(studio).find("", "", other).model == "mnist"
    watched = Progress(studio)
    first = watched.poll({"model": "fashion-mnist"})
    assert first["labels"][9] == "ankle boot" and first["title"] == "Fashion-MNIST"
    assert "reset" not in watched.poll(first["cursor"] | {"model": "fashion-mnist"})
    assert watched.poll(first["cursor"] | {"model": "mnist"})["reset"]
    studio.runner._loop.status = RunStatus(run="new")
    assert Watchable(studio).find("", "", "fashion-mnist").model == "run:new"


def test_both_runs_of_a_pair_can_be_watched(studio: SimpleNamespace) -> None:
    studio.runner._loop.status = RunStatus(run="a", step=5, beside=RunStatus(run="b", step=4))
    for name, step in (("a", 5), ("b", 4)):
        found = Watchable(studio).find("", name)
        assert isinstance(found, Live) and found.status.step == step


def test_a_folder_is_read_once_until_it_changes(studio: SimpleNamespace) -> None:
    watchable = Watchable(studio)
    first = watchable.find("", "old")
    assert watchable.find("", "old") is first
    path = studio.settings.runs / "old/history.jsonl"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    assert len(watchable.find("", "old").history.rows) == 1


@pytest.mark.parametrize("line", ['{"step": 1}', '{"step": 1, "loss_g": "x"}'])
def test_a_damaged_history_leaves_the_film(studio: SimpleNamespace, line: str) -> None:
    (studio.settings.runs / "old/history.jsonl").write_text(line + "\n")
    found = Watchable(studio).find("", "old")
    assert found.new([0, 0, 0]) == (([], [], []), [0, 0, 0]) and "damaged" in found.status.error


def test_the_film_of_an_ended_run_can_be_saved(studio: SimpleNamespace) -> None:
    assert film_spec(studio, "", "gif", {"show": "old"}).job.recipe.model == "run:old"
    assert film_spec(studio, "", "gif").job.recipe.model == "mnist"


def test_an_ended_run_resets_a_page_that_watched_it_live(studio: SimpleNamespace) -> None:
    watched = Progress(studio)
    studio.runner._loop.status = RunStatus(run="old")
    cursor = watched.poll({})["cursor"]
    assert "reset" not in watched.poll(cursor)
    studio.runner._loop.status = RunStatus(run="new")
    answer = watched.poll({**cursor, "show": "old"})
    assert answer["reset"] and len(answer["rows"]) == 3 and answer["best"] == 200
    assert set(watched.frames({"run": "old", "steps": [100, 150]})["frames"]) == {"100"}
