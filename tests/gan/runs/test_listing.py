"""The list of runs: the state of each, without reading a tensor."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from gan.presets import preset
from gan.runs import run as runs
from gan.runs.listing import list_runs
from gan.runs.run import Run
from gan.storage.layout import NEWEST, PREVIOUS

TINY = preset("default", width=4, batch_size=4, steps=12)


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_data):
    """One run each: finished, stopped, its newest damaged, all damaged, never saved; and others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
        yield made(tmp_path_factory.mktemp("runs"))


def made(tmp_path):
    for age, name in enumerate(("finished", "stopped", "half", "damaged", "unborn")):
        run = Run.create(TINY, tmp_path / name)
        for _ in range(12 if name == "finished" else 11):
            run.advance()
        if name != "unborn":
            run.save()
        for path in (tmp_path / name).glob("*.safetensors"):
            os.utime(path, (1000 - age, 1000 - age))
    (tmp_path / "half" / NEWEST).write_bytes(b"x" * 100)
    for name in (NEWEST, PREVIOUS):
        whole = (tmp_path / "damaged" / name).read_bytes()
        (tmp_path / "damaged" / name).write_bytes(whole[:-10])
        (tmp_path / "unborn" / name).unlink(missing_ok=True)
    (tmp_path / "unborn/history.jsonl").unlink()
    (tmp_path / "not a run").mkdir()
    (tmp_path / "file").write_text("")
    return tmp_path


def test_the_state_of_each_run_is_listed(root):
    found = {info.name: info for info in list_runs(root)}
    states = {name: (info.state, info.step) for name, info in found.items()}
    assert states == {
        "finished": ("finished", 12),
        "stopped": ("can be resumed", 11),
        "half": ("can be resumed", 0),
        "damaged": ("damaged", 0),
        "unborn": ("can be resumed", 0),
    }
    assert found["stopped"].config == TINY and found["stopped"].elapsed_s > 0
    assert found["stopped"].sentence is None and "damaged" in found["half"].sentence
    assert "truncated" in found["damaged"].sentence


def test_a_run_is_finished_at_the_goal_of_its_schedule_not_at_that_of_its_settings(
    tmp_path, tiny_data, monkeypatch
):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    run = Run.create(TINY, tmp_path / "run")

    def listed(steps):
        while run.step < steps:
            run.advance()
        run.save()
        (info,) = list_runs(tmp_path)
        return info.state, info.step, info.goal_steps

    run.extend(steps=6)
    assert listed(6) == ("can be resumed", 6, 6)  # to the 12 steps of its settings
    run.extend(steps=16)
    assert listed(13) == ("can be resumed", 13, 16)
    assert listed(16) == ("finished", 16, 16)
    run.extend(seconds=1e6)
    assert listed(17) == ("can be resumed", 17, 12)


def test_a_run_by_time_is_listed_with_its_goal_and_finished_at_it(tmp_path, tiny_data, monkeypatch):
    monkeypatch.setattr(runs.image_set, "load", lambda *_, **__: tiny_data)
    run = Run.create(replace(TINY, seconds=60.0), tmp_path / "run")
    for elapsed_s, state in ((10.0, "can be resumed"), (60.0, "finished")):
        run.trainer.elapsed_s = elapsed_s
        run.save()
        (info,) = list_runs(tmp_path)
        assert (info.state, info.goal_s, info.elapsed_s) == (state, 60.0, elapsed_s)


def test_runs_listed_as_resumable_can_be_resumed(root, tmp_path):
    for info in list_runs(shutil.copytree(root, tmp_path / "copy")):
        if info.state == "damaged":
            with pytest.raises(ValueError, match="damaged"):
                Run.resume(info.folder)
        else:
            assert Run.resume(info.folder).step == info.step


def test_the_newest_run_comes_first_and_an_empty_list_is_valid(root, tmp_path):
    names = [info.name for info in list_runs(root)]
    assert names.index("finished") < names.index("stopped") < names.index("half")
    assert list_runs(tmp_path / "nowhere") == []
