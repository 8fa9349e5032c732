"""At most one process trains a run, and every process can see which."""

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

from gan.storage import run_lock
from gan.storage.layout import LOCK
from gan.storage.run_lock import (
    EXPIRES_S,
    LockedElsewhere,
    LockLost,
    LockOwner,
    RunLock,
    is_locked,
    lock_owner,
)

ROOT = Path(__file__).parents[3]


def locked_by(folder: Path, age_s: float = 0.0, **changes: object) -> LockOwner:
    """Write the lock file of a process, by default of another machine, renewed `age_s` ago."""
    mine = replace(LockOwner.this_process(), token="theirs", **({"host": "node7"} | changes))
    (folder / LOCK).write_text(json.dumps(asdict(mine)))
    os.utime(folder / LOCK, (time.time() - age_s,) * 2)
    return mine


def test_a_lock_is_visible_and_can_be_released(tmp_path):
    assert lock_owner(tmp_path) is None
    lock = RunLock(tmp_path)
    assert lock_owner(tmp_path).process == os.getpid() and not is_locked(tmp_path)
    lock.release()
    lock.release()
    assert lock_owner(tmp_path) is None and not list(tmp_path.iterdir())


def test_a_collected_lock_is_released(tmp_path):
    lock = RunLock(tmp_path)
    assert lock_owner(tmp_path)
    del lock
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_a_lock_of_another_machine_expires_without_renewal(tmp_path):
    locked_by(tmp_path, age_s=EXPIRES_S / 2)
    with pytest.raises(LockedElsewhere, match=r"by process \d+ on node7"):
        RunLock(tmp_path)
    assert is_locked(tmp_path) and lock_owner(tmp_path).host == "node7"
    locked_by(tmp_path, age_s=EXPIRES_S + 1)
    assert lock_owner(tmp_path) is None
    RunLock(tmp_path).release()


def test_the_file_of_earlier_versions_is_respected(tmp_path):
    text = '{"host": "node7", "space": "pid:[1]", "process": 7, "since": 1.5, "token": "ab"}'
    (tmp_path / LOCK).write_text(text)
    assert lock_owner(tmp_path) == LockOwner("node7", "pid:[1]", 7, 1.5, "ab")
    with pytest.raises(LockedElsewhere):
        RunLock(tmp_path)


def test_the_lock_of_a_killed_local_process_expires_at_once(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from gan.storage.run_lock import RunLock\n"
        "lock = RunLock(Path(sys.argv[1])); print('locked', 'torch' in sys.modules, flush=True)\n"
        "time.sleep(600)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "locked False\n"
        with pytest.raises(LockedElsewhere, match=f"process {process.pid} on"):
            RunLock(tmp_path)
    finally:
        process.kill()
        process.wait()
    assert lock_owner(tmp_path) is None
    RunLock(tmp_path).release()


def test_a_container_of_the_same_host_is_another_machine(tmp_path):
    locked_by(tmp_path, host=LockOwner.this_process().host, space="pid:[1]", process=2**22 + 1)
    assert is_locked(tmp_path)
    locked_by(tmp_path, host=LockOwner.this_process().host, process=2**22 + 1)  # no such process
    assert not is_locked(tmp_path)


def test_an_owner_that_was_suspended_too_long_loses_the_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(run_lock, "RENEW_S", 0.02)
    lock = RunLock(tmp_path)
    lock.check()
    theirs = locked_by(tmp_path)
    end_s = time.monotonic() + 20
    while not lock._lost.is_set() and time.monotonic() < end_s:
        time.sleep(0.02)
    with pytest.raises(LockLost):
        lock.check()
    lock.release()
    assert lock_owner(tmp_path) == theirs


def test_the_lock_is_renewed_and_a_deleted_file_is_restored(tmp_path, monkeypatch):
    monkeypatch.setattr(run_lock, "RENEW_S", 0.02)
    lock = RunLock(tmp_path)
    os.utime(tmp_path / LOCK, (0, 0))
    end_s = time.monotonic() + 20
    while lock_owner(tmp_path) is None and time.monotonic() < end_s:
        time.sleep(0.02)
    (tmp_path / LOCK).unlink()
    while lock_owner(tmp_path) is None and time.monotonic() < end_s:
        time.sleep(0.02)
    assert lock_owner(tmp_path).process == os.getpid()
    lock.check()
    lock.release()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": 1}', '{"a": 2}', "x" * 9999])
def test_a_malformed_lock_file_is_replaced(tmp_path, content):
    (tmp_path / LOCK).write_text(content)
    assert lock_owner(tmp_path) is None
    RunLock(tmp_path).release()


def test_a_live_lock_is_never_removed_in_place_of_a_stale_one(tmp_path):
    """One created between reading and removing is put back."""
    stale = locked_by(tmp_path, age_s=EXPIRES_S + 1)
    (tmp_path / LOCK).unlink()
    living = replace(stale, token="living")
    run_lock._create(tmp_path / LOCK, living)
    run_lock._remove(tmp_path / LOCK, stale.token)
    assert lock_owner(tmp_path) == living
    run_lock._remove(tmp_path / LOCK, living.token)
    assert not list(tmp_path.iterdir())


def test_locking_works_without_hard_links(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    lock = RunLock(tmp_path)
    assert lock_owner(tmp_path).process == os.getpid() and len(list(tmp_path.iterdir())) == 1
    lock.release()
    locked_by(tmp_path)
    with pytest.raises(LockedElsewhere):
        RunLock(tmp_path)


def test_a_process_may_lock_a_run_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(run_lock, "RENEW_S", 0.02)
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    time.sleep(0.2)
    first.check()
    second.release()
    end_s = time.monotonic() + 20
    while lock_owner(tmp_path) is None and time.monotonic() < end_s:
        time.sleep(0.02)
    assert lock_owner(tmp_path) is not None
    first.release()
    assert lock_owner(tmp_path) is None
