"""The history file: complete lines even on a full disk, and marks beside the rows."""

from __future__ import annotations

import builtins
import errno

import pytest

from gan.runs.history import History
from gan.training.trainer import StepStats


def filled(folder):
    history = History(folder)
    for step in (10, 20, 30):
        add(history, step)
    return history


def add(history, step):
    """Add a step that completes a row."""
    history.add(StepStats(step, 1.0, 1.0, 0.5, 0.5), elapsed_s=1.0)


def steps(folder):
    return [row["step"] for row in History(folder).rows]


def test_marks_are_stored_beside_the_rows(tmp_path):
    history = filled(tmp_path)
    history.mark(30, "changed", changes={"lr_g": 1e-4})
    assert steps(tmp_path) == [10, 20, 30] == [row["step"] for row in history.rows]
    assert history.marks == History(tmp_path).marks
    assert history.marks[0] == {"step": 30, "mark": "changed", "changes": {"lr_g": 1e-4}}


@pytest.mark.parametrize("tail", [b'{"step": 40, "lo', b"\0\0\0\0", b"\xff\xfe", b'{"step": 40}\n'])
def test_cut_removes_later_and_truncated_lines(tmp_path, tail):
    filled(tmp_path)
    with open(tmp_path / "history.jsonl", "ab") as file:
        file.write(tail)
    history = History(tmp_path)
    history.mark(40, "changed", changes={})
    history.go_back(20)
    assert history.marks == History(tmp_path).marks == []
    add(history, 30)
    assert [row["step"] for row in history.rows] == [10, 20, 30] == steps(tmp_path)
    assert (tmp_path / "history.jsonl").read_bytes().count(b"\n") == 3


def test_damage_in_the_middle_loses_one_line(tmp_path):
    filled(tmp_path)
    path = tmp_path / "history.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"step": 20', b"\xff\xff\xff"))
    assert steps(tmp_path) == [10, 30]


class FullDisk:
    """An open file on a disk with `room` bytes left."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(data[: self.room])


@pytest.mark.parametrize("room", [0, 7])
def test_a_full_disk_truncates_no_line_and_loses_none(tmp_path, monkeypatch, room):
    history, real = filled(tmp_path), builtins.open
    monkeypatch.setattr(builtins, "open", lambda *a, **k: FullDisk(real(*a, **k), room))
    add(history, 40)
    add(history, 50)
    with pytest.raises(OSError, match="No space"):
        history.sync()
    monkeypatch.undo()
    assert steps(tmp_path) == [10, 20, 30] and [row["step"] for row in history.rows][-1] == 50
    assert (tmp_path / "history.jsonl").read_bytes().endswith(b"\n")
    history.sync()
    assert steps(tmp_path) == [10, 20, 30, 40, 50]
