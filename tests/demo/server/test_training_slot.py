"""The line before the one training slot: in order, one place each, and it moves by itself."""

import threading
import time
from concurrent.futures import Future

import pytest

from demo.server import training_slot
from demo.server.refusals import Refused
from gan.config import Config
from gan.data.image_set import DataError
from tests.demo.server.test_access import ANNA, BEN, made, refusal

CARL, DORA, EVE = (letter * 32 for letter in "345")


def test_the_line_moves_by_itself_in_the_order_in_which_they_came(tmp_path):
    helm, runner = made(tmp_path, max_queue=3)
    first = helm.start(ANNA, Config())
    assert [helm.start(who, Config()) for who in (BEN, CARL, DORA)] == ["", "", ""]
    assert [helm.standing(who)["place"] for who in (ANNA, BEN, CARL, DORA)] == [0, 1, 2, 3]
    assert helm.standing(BEN) | {"waiting": 3, "most": 3, "taken": True, "mine": False} == (
        helm.standing(BEN)
    )
    assert refusal(lambda: helm.start(EVE, Config())) == "line_full"
    assert refusal(lambda: helm.start(BEN, Config())) == "waiting_already"
    assert helm.leave(CARL) and not helm.leave(CARL) and not helm.leave(EVE)
    for owner in (BEN, DORA):
        runner.end()
        assert helm.steers(owner) and helm.standing(owner)["mine"]
    names = {first, runner.snapshot.run}
    assert len(names) == 2 and len(list(tmp_path.iterdir())) == 3  # each in a folder of its own
    runner.end()
    assert not helm.standing(DORA)["taken"] and not helm.standing(DORA)["mine"]
    assert helm.start(EVE, Config())


def test_a_server_may_keep_no_line(tmp_path):
    helm, _ = made(tmp_path, max_queue=0)
    helm.start(ANNA, Config())
    assert refusal(lambda: helm.start(BEN, Config())) == "busy"


def test_what_cannot_start_gives_way_and_its_visitor_is_told_once(tmp_path):
    helm, runner = made(tmp_path)
    runner.fails = DataError("No images.")
    with pytest.raises(DataError):
        helm.start(ANNA, Config())
    assert not helm.standing(ANNA)["taken"]
    helm.start(ANNA, Config())
    helm.start(BEN, Config())
    helm.start(CARL, Config())
    runner.fails = DataError("No images.")
    runner.end()
    assert helm.steers(CARL)
    assert helm.standing(BEN)["told"] == "No images." and helm.standing(BEN)["told"] == ""


def test_whoever_steered_the_last_run_does_not_steer_the_next_while_it_loads(tmp_path):
    helm, runner = made(tmp_path)
    helm.start(ANNA, Config())
    helm.start(BEN, Config())
    runner.waits = loading = Future()
    runner.end()
    assert helm.standing(ANNA)["taken"] and not helm.steers(ANNA) and helm.steers(BEN)
    loading.set_exception(DataError("No images."))
    assert not helm.steers(BEN)


def test_one_who_came_while_a_start_failed_is_not_forgotten(tmp_path):
    helm, runner = made(tmp_path)
    runner.waits = loading = Future()
    caught = []

    def press():
        with pytest.raises(DataError) as error:
            helm.start(ANNA, Config())
        caught.append(error)

    thread = threading.Thread(target=press)
    thread.start()
    end = time.monotonic() + 5
    while not runner.snapshot.run and time.monotonic() < end:
        time.sleep(0.001)
    runner.show(state="idle")  # as if nothing showed yet
    assert helm.start(BEN, Config()) == ""
    runner.waits = None
    loading.set_exception(DataError("No images."))
    thread.join(5)
    assert caught and helm.steers(BEN)


def test_of_many_who_press_at_once_one_begins_and_the_line_holds(tmp_path):
    helm, runner = made(tmp_path, max_queue=3)
    answers, ready = [], threading.Barrier(12)

    def press(number):
        ready.wait(5)
        try:
            answers.append(helm.start(f"{number:032d}", Config()))
        except Refused as refused:
            answers.append(refused.key)

    threads = [threading.Thread(target=press, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sorted(answers)[:3] == [""] * 3 and answers.count("line_full") == 8
    assert len([one for one in runner.asked if one[0] == "start"]) == 1


def test_a_held_run_nobody_touches_leaves_its_slot_only_to_those_who_wait(tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(training_slot.time, "monotonic", lambda: now[0])
    helm, runner = made(tmp_path)
    helm.start(ANNA, Config(), paused=True)
    now[0] += 2 * training_slot.IDLE_S
    helm.standing(BEN)
    assert runner.snapshot.state == "paused"
    helm.act(ANNA, "pause")
    helm.start(BEN, Config())
    now[0] += training_slot.IDLE_S - 1
    helm.standing(BEN)
    assert helm.steers(ANNA)
    now[0] += 2
    helm.standing(BEN)
    assert helm.steers(BEN)
