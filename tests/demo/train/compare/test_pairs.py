"""Polls of Side by side: live, after a restart, and with invalid requests."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from demo import text
from demo.endpoint import endpoint
from demo.server.privacy import Privacy
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.compare.pairs import Pairs
from demo.train.compare.panel import build
from gan.monitor.diagnosis import STATES
from gan.runner.status import RunStatus
from gan.runs.pairs import tie
from gan.runs.run import Run
from gan.storage.metadata import read_title
from gan.training.experiments import EXPERIMENTS, experiment
from tests.demo.server.test_access import ANNA, made
from tests.panels import functions

IMAGES = np.zeros((60, 28, 28, 1), np.uint8)
SIGNS = {"frechet": 4.0, "frechet_error": 0.1, "diversity": 0.9, "classes": [50] * 10}


class FakeRunner:
    """A runner with a pair at some step."""

    def __init__(self, state="running", step=100):
        one = experiment("r1")
        first, second = (
            RunStatus(1, state, name, config, step, config.steps, 9.0, images=IMAGES, cpu_s=5.0)
            for name, config in (("a", one.first), ("a-b", one.second))
        )
        self.status = replace(first, beside=second, left_s=3.21)

    def history(self, since_row=0, run=""):
        rows = [
            {"step": 10 * k, "loss_g": 1.5, "loss_d": 0.5, "d_real": 0.6, "d_fake": 0.4}
            for k in range(1, self.status.step // 10 + 1)
        ]
        return rows[since_row:]

    def vitals(self, run, since_row=0):
        worse = {"a": 1.0, "a-b": 2.0}[run]
        return [{"step": 100, **SIGNS, "frechet": 4.0 * worse}][since_row:]

    def marks(self, run=""):
        return []


@pytest.fixture
def studio(tmp_path):
    made = Studio(Settings(runs=tmp_path / "runs"))
    yield made
    made.close()


def put_on(studio, runner, controls=True):
    studio.runner.close()
    studio.runner = SimpleNamespace(**vars(runner), close=lambda: None)
    for name in ("history", "vitals", "marks"):
        setattr(studio.runner, name, getattr(runner, name))
    privacy = Privacy(studio.settings)
    studio.access = SimpleNamespace(
        controls=lambda who: controls, may_train=lambda who: True, privacy=privacy
    )
    return Pairs(studio)


def test_only_new_values_of_both_runs_are_sent(studio):
    pairs = put_on(studio, FakeRunner())
    whole = pairs.poll({})
    assert whole["live"] and whole["mine"] and whole["left"] == 3.2 and "outcome" not in whole
    assert whole["pair"]["experiment"] == "r1"
    assert whole["pair"]["differences"] == [["r1_gamma", 0.3, 0.0]]
    assert (
        whole["pair"]["images"] == [32, 32]
        and whole["pair"]["goal"] == experiment("r1").first.steps
    )
    assert [len(side["rows"]) for side in whole["sides"]] == [10, 10]
    assert all(side["picture"] and side["vitals"] for side in whole["sides"])

    again = pairs.poll(whole["cursor"])
    assert "pair" not in again
    assert not {"rows", "vitals", "picture", "frames"} & set().union(*again["sides"])
    assert len(json.dumps(again)) < 1000


def test_a_stopped_pair_can_be_resumed(studio):
    assert put_on(studio, FakeRunner("done", 100)).poll({})["resumable"]
    assert not put_on(studio, FakeRunner("running", 100)).poll({})["resumable"]
    assert not put_on(studio, FakeRunner("done", experiment("r1").first.steps)).poll({})[
        "resumable"
    ]


def test_the_run_that_failed_first_does_worse(studio):
    runner = FakeRunner("done")
    runner.status = replace(runner.status, error="Not finite.")  # its state is that of both
    outcome = put_on(studio, runner).poll({})["outcome"]
    assert (outcome["by"], outcome["better"]) == ("failed", 1)


def test_another_visitor_does_not_control_the_pair(studio):
    assert put_on(studio, FakeRunner(), controls=False).poll({})["mine"] is False


def test_a_single_run_is_no_pair(studio):
    runner = FakeRunner()
    runner.status = replace(runner.status, beside=None)
    answer = put_on(studio, runner).poll({})
    assert answer["sides"] == [] and not answer["live"] and "pair" not in answer


@pytest.mark.parametrize(
    "asked", [None, [], 7, "x", {"sides": [1, 2]}, {"sides": [{}], "pair": []}]
)
def test_an_invalid_cursor_counts_as_empty(studio, asked):
    answer = endpoint(put_on(studio, FakeRunner()).poll)(asked)
    assert [len(side["rows"]) for side in answer["sides"]] == [10, 10]


def test_the_last_pair_is_found_on_disk_with_its_outcome(studio):
    assert Pairs(studio).poll({})["sides"] == []  # nothing yet, not even the folder
    root, one = studio.settings.runs, experiment("lr_d")
    folders = [root / "x", root / "x-b"]
    for folder, config, frechet in zip(folders, (one.first, one.second), (3.0, 9.0), strict=True):
        run = Run.create(replace(config, width=4, batch_size=4, steps=1), folder)
        run.advance()
        run.save()
        row = {"step": 1, **SIGNS, "frechet": frechet}
        (folder / "vitals.jsonl").write_text(json.dumps(row) + "\n")
    alone = Pairs(studio).poll({})
    assert alone["sides"] == []  # two runs, but no pair

    tie(*folders)
    answer = Pairs(studio).poll({})
    assert answer["pair"]["names"] == ("x", "x-b") and not answer["live"] and not answer["mine"]
    assert answer["outcome"] == {"better": 0, "by": "frechet", "ratio": 3.0}
    assert not answer["resumable"]  # both are at their goal
    assert [side["step"] for side in answer["sides"]] == [1, 1]

    for path in sorted(folders[1].rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    folders[1].rmdir()
    assert Pairs(studio).poll({})["sides"] == []


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_every_experiment_and_state_has_texts(language):
    words = text.catalogue(language)
    for one in EXPERIMENTS:
        for part in ("title", "first", "second", "what"):
            assert words[f"compare.{one.name}.{part}"]
    assert all(words[f"compare.verdict.{state}"] for state in (*STATES, "failed"))


@pytest.mark.parametrize("language", ["en-GB", "zh-CN", None, 7])
def test_the_runs_of_a_pair_are_named_after_their_sides(studio, tmp_path, language):
    studio.access, _ = made(tmp_path)
    start = functions(build, studio)["start"]
    name = start({"who": ANNA, "experiment": "r1", "language": language})["run"]
    titles = [read_title(tmp_path / run) for run in (name, name + "-b")]
    words = text.catalogue("zh" if language == "zh-CN" else "en")
    assert titles == [words["compare.r1.first"], words["compare.r1.second"]]
