"""The training slot and its queue: in order, one run per visitor."""

import threading
from concurrent.futures import Future

import pytest

from demo import address
from demo.endpoint import Refused
from demo.server import training_slot
from gan.config import Config
from gan.data.image_set import DataError
from tests.demo.server.test_access import ANNA, BEN, made, refusal
from tests.waiting import until

CARL, DORA, EVE = (letter * 32 for letter in "345")


def test_queued_runs_start_in_order(tmp_path):
    access, runner = made(tmp_path, max_queue=3)
    first = access.start(ANNA, Config())
    assert [access.start(who, Config()) for who in (BEN, CARL, DORA)] == ["", "", ""]
    assert [access.status(who)["place"] for who in (ANNA, BEN, CARL, DORA)] == [0, 1, 2, 3]
    assert access.status(BEN) | {"waiting": 3, "most": 3, "taken": True, "mine": False} == (
        access.status(BEN)
    )
    assert refusal(lambda: access.start(EVE, Config())) == "queue_full"
    assert refusal(lambda: access.start(BEN, Config())) == "already_queued"
    assert access.leave(CARL) and not access.leave(CARL) and not access.leave(EVE)
    for owner in (BEN, DORA):
        runner.end()
        assert access.controls(owner) and access.status(owner)["mine"]
    names = {first, runner.status.run}
    assert len(names) == 2 and len(list(tmp_path.iterdir())) == 3  # each in a folder of its own
    runner.end()
    assert not access.status(DORA)["taken"] and not access.status(DORA)["mine"]
    assert access.start(EVE, Config())


def test_a_server_can_have_no_queue(tmp_path):
    access, _ = made(tmp_path, max_queue=0)
    access.start(ANNA, Config())
    assert refusal(lambda: access.start(BEN, Config())) == "busy"


def test_a_queued_run_that_cannot_start_is_skipped_and_reported_once(tmp_path):
    access, runner = made(tmp_path)
    runner.fails = DataError("No images.")
    with pytest.raises(DataError):
        access.start(ANNA, Config())
    assert not access.status(ANNA)["taken"]
    access.start(ANNA, Config())
    access.start(BEN, Config())
    access.start(CARL, Config())
    runner.fails = DataError("No images.")
    runner.end()
    assert access.controls(CARL)
    assert access.status(BEN)["message"] == "No images." and access.status(BEN)["message"] == ""


def test_the_last_holder_does_not_control_the_next_run_while_it_loads(tmp_path):
    access, runner = made(tmp_path)
    access.start(ANNA, Config())
    access.start(BEN, Config())
    runner.waits = loading = Future()
    runner.end()
    assert access.status(ANNA)["taken"] and not access.controls(ANNA) and access.controls(BEN)
    loading.set_exception(DataError("No images."))
    assert not access.controls(BEN)


def test_a_run_queued_while_a_start_fails_is_started(tmp_path):
    access, runner = made(tmp_path)
    runner.waits = loading = Future()
    caught = []

    def press():
        with pytest.raises(DataError) as error:
            access.start(ANNA, Config())
        caught.append(error)

    thread = threading.Thread(target=press)
    thread.start()
    until(lambda: runner.status.run)
    runner.show(state="idle")  # as if nothing showed yet
    assert access.start(BEN, Config()) == ""
    runner.waits = None
    loading.set_exception(DataError("No images."))
    thread.join(60)
    assert caught and access.controls(BEN)


def test_concurrent_starts_begin_one_run_and_fill_the_queue(tmp_path):
    access, runner = made(tmp_path, max_queue=3)
    answers, ready = [], threading.Barrier(12)

    def press(number):
        ready.wait(60)
        try:
            answers.append(access.start(f"{number:032d}", Config()))
        except Refused as refused:
            answers.append(refused.key)

    threads = [threading.Thread(target=press, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers)[:3] == [""] * 3 and answers.count("queue_full") == 8
    assert len([one for one in runner.jobs if one[0] == "start"]) == 1


def test_an_idle_paused_run_is_stopped_only_for_a_queued_one(tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(training_slot.time, "monotonic", lambda: now[0])
    access, runner = made(tmp_path)
    access.start(ANNA, Config(), paused=True)
    now[0] += 2 * training_slot.IDLE_S
    access.status(BEN)
    assert runner.status.state == "paused"
    access.act(ANNA, "pause")
    access.start(BEN, Config())
    now[0] += training_slot.IDLE_S - 1
    access.status(BEN)
    assert access.controls(ANNA)
    now[0] += 2
    access.status(BEN)
    assert access.controls(BEN)


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(training_slot.time, "monotonic", lambda: now[0])
    return now


def test_a_visitor_who_no_longer_polls_leaves_the_queue(tmp_path, clock):
    access, runner = made(tmp_path, max_queue=3)
    access.start(ANNA, Config())
    for who in (BEN, CARL, DORA):
        access.start(who, Config())
    clock[0] += training_slot.GONE_S - 1
    assert access.status(CARL)["place"] == 2
    assert access.status(DORA, hidden=True)["place"] == 3
    clock[0] += 2
    assert access.start(EVE, Config()) == ""  # Ben's place is free
    assert [access.status(who)["place"] for who in (BEN, CARL, EVE)] == [0, 1, 3]
    clock[0] += training_slot.GONE_S + 1
    assert access.status(DORA)["place"] == 1  # in the background
    runner.end()
    assert access.controls(DORA)


def test_made_up_visitors_of_one_network_cannot_fill_the_queue(tmp_path, monkeypatch):
    access, _ = made(tmp_path, max_queue=3)
    monkeypatch.setattr(address, "present", lambda: "203.0.113.7")
    access.start(ANNA, Config())
    assert [access.start(who, Config()) for who in (BEN, CARL)] == ["", ""]
    assert refusal(lambda: access.start(DORA, Config())) == "queue_address"
    monkeypatch.setattr(address, "present", lambda: "203.0.113.8")
    assert access.start(DORA, Config()) == ""


def test_nobody_holds_a_public_slot_for_ever(tmp_path, clock):
    access, runner = made(tmp_path, public=True)
    access.start(ANNA, Config())
    clock[0] += 2 * training_slot.HELD_S
    access.status(BEN)
    assert access.controls(ANNA)  # nobody waits
    runner.end()
    access.start(ANNA, Config())
    access.start(BEN, Config())
    while clock[0] < 1000 + 3 * training_slot.HELD_S:
        access.act(ANNA, "configure", lr_g=1e-4)
        clock[0] += training_slot.GONE_S
        access.status(BEN)
    clock[0] += training_slot.GONE_S
    access.status(BEN)
    assert access.controls(BEN)


def test_a_run_that_cannot_be_saved_does_not_keep_others_waiting(tmp_path, clock, monkeypatch):
    access, runner = made(tmp_path)
    access.start(ANNA, Config(), paused=True)
    access.start(BEN, Config())
    monkeypatch.setattr(runner, "stop", lambda: runner._do("stop"))  # the disk is full
    clock[0] += training_slot.IDLE_S + 1
    access.status(BEN)
    assert [one[0] for one in runner.jobs] == ["start", "stop", "discard", "start"]
    assert access.controls(BEN)
