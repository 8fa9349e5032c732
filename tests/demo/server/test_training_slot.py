"""The training slot and its queue: in order, one run per visitor."""

import threading
import time
from concurrent.futures import Future

import pytest

from demo import address
from demo.endpoint import Refused
from demo.server import training_slot
from demo.server.presence import GONE_S
from gan.config import Config
from gan.data.image_set import DataError
from tests.demo.server.test_access import ANNA, BEN, HOST, KEY, made, refusal
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


def test_a_run_that_the_host_stops_while_it_loads_is_named(tmp_path, monkeypatch):
    access, runner = made(tmp_path, owner_key=KEY)
    monkeypatch.setattr(runner, "stop", lambda: runner._do("stop"))  # done when it is loaded
    last = access.start(ANNA, Config())
    access.start(BEN, Config())
    runner.waits = loading = Future()
    runner.end()
    name = runner.status.run
    runner.show(state="loading", run=last)
    access.request(HOST, "stop")
    assert access.status(BEN)["ended"] == {"why": "host", "run": name}
    loading.set_exception(DataError("No images."))
    runner.show(state="paused")
    access.request(HOST, "stop")
    assert access.status(ANNA)["ended"] == {"why": "host", "run": last}


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


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_visitor_who_no_longer_polls_leaves_the_queue(tmp_path, clock):
    access, runner = made(tmp_path, max_queue=3)
    access.start(ANNA, Config())
    for who in (BEN, CARL, DORA):
        access.start(who, Config())
    clock[0] += GONE_S - 1
    assert access.status(CARL)["place"] == 2
    assert access.present(DORA, hidden=True)
    clock[0] += 2
    access.status(ANNA)
    assert access.start(EVE, Config()) == ""  # Ben's place is free
    assert [access.status(who)["place"] for who in (BEN, CARL, EVE)] == [0, 1, 3]
    clock[0] += GONE_S + 1
    access.status(ANNA)
    assert access.status(DORA)["place"] == 1  # in the background
    runner.end()
    assert access.controls(DORA)


def test_a_silent_page_in_the_background_keeps_its_place_but_holds_nobody_up(tmp_path, clock):
    access, runner = made(tmp_path)
    access.start(ANNA, Config())
    for who in (BEN, CARL):
        access.start(who, Config())
    assert access.present(BEN, hidden=True)
    clock[0] += GONE_S + 1
    assert access.start(CARL, Config()) == ""
    runner.end()
    assert access.controls(CARL) and access.present(BEN, hidden=True)
    runner.end()
    assert access.controls(BEN)


def test_a_closed_page_is_not_in_the_background(tmp_path, clock):
    access, _ = made(tmp_path)
    access.start(ANNA, Config())
    for who in (BEN, CARL):
        access.start(who, Config())
        access.present(who, hidden=True)
    access.closed(BEN)
    clock[0] += GONE_S + 1
    access.act(ANNA, "configure")  # she is there
    assert access.status(CARL)["place"] == 1 and not access.present(BEN)


def test_made_up_visitors_of_one_network_cannot_fill_the_queue(tmp_path, monkeypatch):
    access, _ = made(tmp_path)
    monkeypatch.setattr(address, "present", lambda: "203.0.113.7")
    access.start(ANNA, Config())
    pupils = [f"{number:032d}" for number in range(30)]
    assert [access.start(who, Config()) for who in pupils] == [""] * 30  # a class is no crowd
    assert refusal(lambda: access.start(DORA, Config())) == "queue_address"
    monkeypatch.setattr(address, "present", lambda: "203.0.113.8")
    assert access.start(DORA, Config()) == ""


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_whose_owner_left_ends_for_others_and_only_for_them(tmp_path, clock, paused):
    access, runner = made(tmp_path, away_s=30)
    name = access.start(ANNA, Config(), paused=paused)
    clock[0] += 20
    access.status(ANNA)
    clock[0] += 20
    access.start(BEN, Config())
    assert access.status(BEN)["left_s"] == 10 and access.controls(ANNA)
    access.leave(BEN)
    clock[0] += 10_000
    assert access.status(BEN)["left_s"] is None  # nobody waits
    assert access.controls(ANNA) and access.status(ANNA)["taken"]
    clock[0] += 40
    access.start(BEN, Config())
    access.status(BEN)
    assert access.controls(BEN) and [one[0] for one in runner.jobs] == ["start", "stop", "start"]
    assert access.status(ANNA)["ended"] == {"why": "away", "run": name}


def test_a_run_does_not_end_for_the_next_one_of_its_own_owner(tmp_path, clock):
    access, _ = made(tmp_path)
    name = access.start(ANNA, Config())
    assert access.start(ANNA, Config()) == ""
    pass_time(access, clock, 1000, ANNA)
    assert access.status(ANNA)["left_s"] is None and access._runner.status.run == name
    access.start(BEN, Config())
    assert access.status(ANNA)["left_s"] == training_slot.NOTICE_S


def test_an_owner_in_the_background_is_given_more_time(tmp_path, clock):
    access, _ = made(tmp_path)
    access.start(ANNA, Config())
    assert access.present(ANNA, hidden=True) and not access.present(BEN)
    access.start(BEN, Config())
    for _ in range(8):
        clock[0] += 10
        access.status(BEN)
    assert access.controls(ANNA)
    clock[0] += 11
    access.status(BEN)
    assert access.controls(BEN)


def test_a_run_has_a_limit_while_others_wait_and_is_resumed_later(tmp_path, clock):
    access, runner = made(tmp_path, max_run_s=300)
    name = access.start(ANNA, Config())
    pass_time(access, clock, 200, ANNA)
    access.start(BEN, Config())
    pass_time(access, clock, 90, ANNA, BEN)
    assert access.status(ANNA)["left_s"] == 10 and access.controls(ANNA)
    pass_time(access, clock, 20, ANNA, BEN)
    assert access.controls(BEN) and access.status(BEN)["ended"] is None
    assert access.status(ANNA)["ended"] == {"why": "limit", "run": name}
    assert access.resume(ANNA, name) == "" and access.status(ANNA)["ended"] is None
    runner.end()
    assert runner.jobs[-1][:2] == ("resume_run", name) and access.controls(ANNA)


def test_a_long_run_is_not_cut_off_without_notice(tmp_path, clock):
    access, _ = made(tmp_path)
    access.start(ANNA, Config())
    pass_time(access, clock, 3600, ANNA)
    access.start(BEN, Config())
    assert access.status(ANNA)["left_s"] == training_slot.NOTICE_S
    pass_time(access, clock, training_slot.NOTICE_S, ANNA, BEN)
    assert access.controls(ANNA)
    pass_time(access, clock, 10, ANNA, BEN)
    assert access.controls(BEN)


def test_the_queue_takes_forty_and_says_how_long_each_waits(tmp_path, clock):
    access, runner = made(tmp_path)
    access.start(ANNA, Config())
    clock[0] += 100
    access.status(ANNA)
    assert access.status(BEN)["wait_s"] == 200  # if they joined
    pupils = [f"{number:032d}" for number in range(40)]
    assert [access.start(who, Config()) for who in pupils] == [""] * 40
    assert refusal(lambda: access.start(BEN, Config())) == "queue_full"
    assert [access.status(who)["wait_s"] for who in pupils[:3]] == [200, 500, 800]
    runner.show(left_s=50.0)  # the run reaches its goal before
    assert [access.status(who)["wait_s"] for who in pupils[:2]] == [50, 350]


def pass_time(access, clock, seconds, *visitors):
    """Let time pass while visitors poll."""
    for _ in range(0, seconds, 10):
        clock[0] += 10
        for who in visitors:
            access.status(who)


def test_a_run_that_cannot_be_saved_does_not_keep_others_waiting(tmp_path, clock, monkeypatch):
    access, runner = made(tmp_path)
    access.start(ANNA, Config(), paused=True)
    access.start(BEN, Config())
    monkeypatch.setattr(runner, "stop", lambda: runner._do("stop"))  # the disk is full
    pass_time(access, clock, 30, BEN)
    assert [one[0] for one in runner.jobs] == ["start", "stop", "discard", "start"]
    assert access.controls(BEN)
