"""Temporary files of dead processes are removed, those of others that are alive are not."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from gan.storage import process_files
from gan.storage.process_files import (
    UNTOUCHED_S,
    own_prefix,
    own_temporary_folder,
    remove_abandoned,
)


@pytest.fixture
def other():
    """The `own_prefix` of another process that is alive, and the process."""
    code = "from gan.storage.process_files import own_prefix; print(own_prefix()); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process.stdout.readline().strip(), process
    process.communicate()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_stay_exactly_as_long_as_their_process(tmp_path, other):
    theirs, process = other
    number, started, where, _ = theirs.split(".")
    reused = f"{number}.{int(started or 0) + 1}.{where}."  # a process of this number began later
    for name in (theirs + "x", own_prefix() + "x", reused + "x", "half", "12.x"):
        (tmp_path / name).mkdir()
    (tmp_path / (theirs + "y.zip")).write_bytes(b"x")
    remove_abandoned(tmp_path)
    kept = [theirs + "x", theirs + "y.zip"]
    assert names(tmp_path) == (kept if started else sorted([*kept, reused + "x"]))
    process.communicate()
    remove_abandoned(tmp_path)
    assert names(tmp_path) == []


def test_files_of_another_machine_stay_for_a_day(tmp_path):
    path = tmp_path / "1.5.00000000.x"
    path.mkdir()
    remove_abandoned(tmp_path)
    assert path.exists()
    os.utime(path, (time.time() - UNTOUCHED_S - 60,) * 2)
    remove_abandoned(tmp_path)
    assert not path.exists()


def test_all_temporary_files_of_a_process_are_in_its_folder(tmp_path, monkeypatch, other):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    prefix = process_files.TEMPORARY_PREFIX
    alive, mine = tmp_path / (prefix + other[0] + "x"), tmp_path / "latent-studio-notes.txt"
    alive.mkdir()
    mine.write_bytes(b"a file of the user")
    (tmp_path / f"{prefix}999999999.1.{own_prefix().split('.')[2]}.x").mkdir()
    with own_temporary_folder(tmp_path) as folder:
        assert names(tmp_path) == sorted([alive.name, mine.name, folder.name])
        assert tempfile.mkdtemp().startswith(f"{folder}{os.sep}")
        code = "import tempfile; print(tempfile.gettempdir())"
        child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert child.stdout.strip() == str(folder)
    assert names(tmp_path) == sorted([alive.name, mine.name])
    assert tempfile.gettempdir() == str(tmp_path)
