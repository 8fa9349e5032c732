"""What is deleted can be had back for a day, whole, and is no run meanwhile."""

import pytest

from gan.config import preset
from gan.runs.listing import list_runs
from gan.runs.run import Run
from gan.runs.trash import KEPT_S, TRASH, empty_trash, take_back, throw_away, thrown_away

SMALL = preset("default", width=4, batch_size=8, steps=1000)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_run_that_was_deleted_comes_back_as_it_was(tmp_path):
    folder = Run.create(SMALL, tmp_path / "one").folder
    before = files(folder)
    throw_away(folder)
    assert (
        not folder.exists() and not list_runs(tmp_path) and list(thrown_away(tmp_path)) == ["one"]
    )
    assert take_back(tmp_path, "one") == folder
    assert files(folder) == before and not thrown_away(tmp_path)
    assert Run.resume(folder).step == 0


def test_only_what_lies_there_comes_back_and_takes_nobodys_place(tmp_path):
    throw_away(Run.create(SMALL, tmp_path / "one").folder)
    for name in ("two", "", "../one", f"{TRASH}/one"):
        with pytest.raises(LookupError, match="gone"):
            take_back(tmp_path, name)
    Run.create(SMALL, tmp_path / "one")
    with pytest.raises(LookupError, match="has that name"):
        take_back(tmp_path, "one")
    with pytest.raises(OSError):
        throw_away(tmp_path / "nowhere")


def test_of_two_of_one_name_the_one_deleted_last_comes_back(tmp_path):
    for number in (1, 2):
        run = Run.create(SMALL, tmp_path / "one")
        (run.folder / "mark").write_text(str(number))
        throw_away(run.folder)
    assert (take_back(tmp_path, "one") / "mark").read_text() == "2"


def test_after_a_day_it_is_gone(tmp_path):
    throw_away(Run.create(SMALL, tmp_path / "old").folder, now_s=1000.0)
    throw_away(Run.create(SMALL, tmp_path / "new").folder, now_s=2000.0)
    (tmp_path / TRASH / "strange").mkdir()
    empty_trash(tmp_path, now_s=1000.0 + KEPT_S - 1)
    assert list(thrown_away(tmp_path, now_s=3000.0)) == ["old", "new"]
    empty_trash(tmp_path, now_s=1000.0 + KEPT_S)
    assert [path.name for path in sorted((tmp_path / TRASH).iterdir())] == [
        "2000000000000.new",
        "strange",
    ]
    assert not thrown_away(tmp_path, now_s=2000.0 + KEPT_S)
