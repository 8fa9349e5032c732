"""Manual training: one visitor takes steps, all see them, and invalid requests do nothing."""

import dataclasses
import json

import numpy as np
import pytest

from demo.endpoint import endpoint
from demo.server.studio import Studio
from demo.settings import Settings
from demo.train.manual import payload
from demo.train.manual.table import ManualTable
from gan.config import preset
from gan.training.manual_step import BlockChange, Evaluation, manual_step
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
    lost = dataclasses.replace(made, after=broken, moved=(BlockChange(float("nan"), float("inf")),))
    wire = json.loads(json.dumps(payload.move(lost), allow_nan=False))
    assert wire["d_real"][1] == [None] * 8 and wire["loss_d"][1] is wire["loss_g"][1] is None
    assert wire["moved"] == [[None, None]]
