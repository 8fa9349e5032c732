"""A run has one process that trains it, and everyone can see which."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from gan.storage import run_lock as holds
from gan.storage.layout import LOCK
from gan.storage.run_lock import STALE_S, HeldElsewhere, Hold, Holder, HoldLost, elsewhere, holder

ROOT = Path(__file__).parents[3]


def left_by(folder: Path, age_s: float = 0.0, **changes: object) -> Holder:
    """The file of a process, by default of one on another machine, that was seen `age_s` ago."""
    mine = replace(Holder.here(), token="theirs", **({"host": "node7"} | changes))
    (folder / LOCK).write_text(json.dumps(asdict(mine)))
    os.utime(folder / LOCK, (time.time() - age_s,) * 2)
    return mine


def test_a_hold_is_seen_and_released(tmp_path):
    assert holder(tmp_path) is None
    hold = Hold(tmp_path)
    assert holder(tmp_path).process == os.getpid() and elsewhere(tmp_path) is None
    hold.release()
    hold.release()
    assert holder(tmp_path) is None and not list(tmp_path.iterdir())


def test_what_nobody_knows_any_more_is_released(tmp_path):
    hold = Hold(tmp_path)
    assert holder(tmp_path)
    del hold
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_another_machine_holds_until_its_heart_stands_still(tmp_path):
    left_by(tmp_path, age_s=STALE_S / 2)
    with pytest.raises(HeldElsewhere, match=r"by process \d+ on node7"):
        Hold(tmp_path)
    assert elsewhere(tmp_path).host == "node7"
    left_by(tmp_path, age_s=STALE_S + 1)
    assert holder(tmp_path) is None
    Hold(tmp_path).release()


def test_a_killed_process_of_this_machine_holds_nothing(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from gan.storage.run_lock import Hold\n"
        "hold = Hold(Path(sys.argv[1])); print('held', 'torch' in sys.modules, flush=True)\n"
        "time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "held False\n"
        with pytest.raises(HeldElsewhere, match=f"process {process.pid} on"):
            Hold(tmp_path)
    finally:
        process.kill()
        process.wait()
    assert holder(tmp_path) is None
    Hold(tmp_path).release()


def test_a_container_of_the_same_host_is_another_machine(tmp_path):
    left_by(tmp_path, host=Holder.here().host, space="pid:[1]", process=2**22 + 1)
    assert elsewhere(tmp_path) is not None
    left_by(tmp_path, host=Holder.here().host, process=2**22 + 1)  # of no living process
    assert elsewhere(tmp_path) is None


def test_who_slept_too_long_keeps_their_hands_off(tmp_path, monkeypatch):
    monkeypatch.setattr(holds, "BEAT_S", 0.02)
    hold = Hold(tmp_path)
    hold.check()
    theirs = left_by(tmp_path)
    end_s = time.monotonic() + 20
    while not hold._lost.is_set() and time.monotonic() < end_s:
        time.sleep(0.02)
    with pytest.raises(HoldLost):
        hold.check()
    hold.release()
    assert holder(tmp_path) == theirs


def test_a_heart_beats_and_a_file_that_is_gone_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(holds, "BEAT_S", 0.02)
    hold = Hold(tmp_path)
    os.utime(tmp_path / LOCK, (0, 0))
    end_s = time.monotonic() + 20
    while holder(tmp_path) is None and time.monotonic() < end_s:
        time.sleep(0.02)
    (tmp_path / LOCK).unlink()
    while holder(tmp_path) is None and time.monotonic() < end_s:
        time.sleep(0.02)
    assert holder(tmp_path).process == os.getpid()
    hold.check()
    hold.release()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": 1}', '{"a": 2}', "x" * 9999])
def test_a_file_that_makes_no_sense_stands_in_nobodys_way_for_long(tmp_path, content):
    (tmp_path / LOCK).write_text(content)
    assert holder(tmp_path) is None
    Hold(tmp_path).release()


def test_of_two_that_take_over_at_once_one_gets_it(tmp_path):
    """A living one that came between reading and removing is put back."""
    stale, living = left_by(tmp_path, age_s=STALE_S + 1), None
    (tmp_path / LOCK).unlink()
    living = replace(stale, token="living")
    holds._create(tmp_path / LOCK, living)
    holds._remove(tmp_path / LOCK, stale.token)
    assert holder(tmp_path) == living
    holds._remove(tmp_path / LOCK, living.token)
    assert not list(tmp_path.iterdir())


def test_without_hard_links_it_is_held_too(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    hold = Hold(tmp_path)
    assert holder(tmp_path).process == os.getpid() and len(list(tmp_path.iterdir())) == 1
    hold.release()
    left_by(tmp_path)
    with pytest.raises(HeldElsewhere):
        Hold(tmp_path)


def test_one_process_may_hold_a_run_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(holds, "BEAT_S", 0.02)
    first, second = Hold(tmp_path), Hold(tmp_path)
    time.sleep(0.2)
    first.check()
    second.release()
    end_s = time.monotonic() + 20
    while holder(tmp_path) is None and time.monotonic() < end_s:
        time.sleep(0.02)
    assert holder(tmp_path) is not None
    first.release()
    assert holder(tmp_path) is None
