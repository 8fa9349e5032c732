"""Manual training: one visitor takes steps, all see them, and invalid requests do nothing."""

import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from demo.endpoint import endpoint
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.manual import payload
from demo.train.manual.table import ManualTable
from gan.presets import preset
from gan.runner.status import RunStatus
from gan.training.manual_step import BlockChange, Evaluation, look, manual_step
from gan.training.trainer import Trainer
from tests.waiting import until

ME, OTHER = "a" * 32, "b" * 32
NONSENSE = [None, 3, [], "D", {}, {"who": []}, {"who": ME, "move": []}, {"who": ME, "job": {}}]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    made = Studio(Settings(runs=tmp_path_factory.mktemp("runs")))
    made.access.start(ME, preset("default", width=4, batch_size=8, z_dim=8), paused=True)
    yield made
    made.close()


@pytest.fixture
def table(studio):
    return ManualTable(studio)


def settled(table, **asked):
    """Poll until the batch is shown."""

    def seen():
        answer = table.poll({"who": ME, **asked})
        return answer if "seen" in answer else None

    return until(seen)


def test_a_paused_run_is_shown_before_the_first_step(table):
    answer = settled(table)
    assert answer["state"] == "paused" and answer["mine"]
    assert answer["game"]["loss"] == "non-saturating" and answer["seen"]["who"] == ""
    before, after = answer["seen"]["d_real"]
    assert before == after and len(after) == 8


def test_known_values_are_not_sent_again(table):
    answer = settled(table)
    again = table.poll({"who": ME, "key": answer["key"], "number": answer["number"]})
    assert not {"game", "seen"} & set(again)
    assert len(json.dumps(again)) < 400
    assert len(json.dumps(answer)) < 16_000


def test_others_see_the_steps_of_the_visitor_in_control(table):
    step = settled(table)["step"]
    for mover, led_to in (("D", step), ("G", step + 1)):
        answer = endpoint(table.move)({"who": ME, "move": mover})
        assert answer["step"] == answer["seen"]["step"] == led_to
        assert answer["seen"]["who"] == mover
        seen = table.poll({"who": OTHER})
        assert seen["seen"] == answer["seen"] and not seen["mine"]
        drawn = answer["game"][mover] if "game" in answer else seen["game"][mover]
        assert len(answer["seen"]["moved"]) == len(drawn)


def test_only_the_visitor_in_control_takes_steps(table, studio):
    before = studio.runner.status.step
    assert endpoint(table.move)({"who": OTHER, "move": "G"})["refused"] == "not_yours"
    assert endpoint(table.switch)({"who": OTHER, "job": "resume"})["refused"] == "not_yours"
    status = studio.runner.status
    assert (status.step, status.state) == (before, "paused")


@pytest.mark.parametrize("asked", NONSENSE, ids=str)
def test_invalid_requests_are_answered_and_do_nothing(table, studio, asked):
    before = studio.runner.status.step
    assert endpoint(table.poll)(asked)["state"] == "paused"
    for do in (table.move, table.begin, table.switch):
        answer = endpoint(do)(asked)
        assert isinstance(answer.get("error") or answer.get("refused"), str)
    assert studio.runner.status.step == before
    assert studio.access.status(ME)["waiting"] == 0


def test_steps_need_a_paused_run(table, studio):
    assert endpoint(table.switch)({"who": ME, "job": "resume"})["state"] == "running"
    try:
        assert "pause" in endpoint(table.move)({"who": ME, "move": "D"})["error"]
        at = studio.runner.status.step  # meanwhile the batch follows the run
        until(lambda: settled(table)["seen"]["step"] > at)
    finally:
        endpoint(table.switch)({"who": ME, "job": "pause"})
        until(lambda: endpoint(table.poll)({"who": ME})["state"] == "paused")
    # as it stands now
    until(lambda: settled(table)["seen"]["step"] == studio.runner.status.step)


def test_values_that_are_not_finite_are_left_out(tiny_data):
    config = preset("default", width=4, batch_size=8, z_dim=8)
    made = manual_step(Trainer(config, tiny_data), "D")
    nothing = np.full(8, np.nan, np.float32)
    broken = Evaluation(made.after.fake, nothing, nothing, float("nan"), float("inf"))
    lost = replace(made, after=broken, moved=(BlockChange(float("nan"), float("inf")),))
    wire = json.loads(json.dumps(payload.move(lost), allow_nan=False))
    assert wire["d_real"][1] == [None] * 8 and wire["loss_d"][1] is wire["loss_g"][1] is None
    assert wire["moved"] == [[None, None]]


class Watched:
    """A studio whose run trains; its evaluations end when the test says so."""

    def __init__(self, now):
        self.now, self.asked = now, []
        self.status = RunStatus(1, "running", "a", preset("default"), 5)
        self.runner = SimpleNamespace(look=self.look)
        self.access = SimpleNamespace(controls=lambda who: False, may_train=lambda who: True)
        self.settings = Settings(runs=Path("no runs"))

    def current(self, who):
        return self.status

    def look(self, run):
        self.asked.append((run, Future()))
        return self.asked[-1][1]

    def pass_time(self, seconds):
        self.now[0] += seconds
        self.status = replace(self.status, step=self.status.step + 1)


@pytest.fixture
def watched(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return Watched(now)


@pytest.fixture(scope="module")
def made(tiny_data):
    return look(Trainer(preset("default", width=4, batch_size=8, z_dim=8), tiny_data))


def test_many_spectators_do_not_slow_a_slow_run(watched, made):
    table = ManualTable(watched)
    for _ in range(300):
        for who in (ME, OTHER):
            table.poll({"who": who})
        watched.pass_time(1)
        if not watched.asked[-1][1].done():
            watched.pass_time(3)
            watched.asked[-1][1].set_result(made)
    assert 300 / 45 < len(watched.asked) <= 300 / 40 + 1
    watched.status = replace(watched.status, run="b")  # the next run does not wait for that
    before = len(watched.asked)
    table.poll({"who": ME})
    assert len(watched.asked) == before + 1


def test_a_batch_is_of_the_run_that_was_on_show(watched, made):
    table = ManualTable(watched)
    table.poll({"who": OTHER})
    watched.status = RunStatus(2, "running", "b", preset("default"), 5)
    (run, future), *_ = watched.asked
    assert run == "a"  # the trainer refuses if it is over by then
    future.set_result(made)
    assert "seen" not in table.poll({"who": OTHER})
    watched.status = replace(watched.status, run="a")
    assert "seen" in table.poll({"who": OTHER})
