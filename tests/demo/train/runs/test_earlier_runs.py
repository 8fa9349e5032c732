"""Runs that ended before their goal: found again by a new server, and gone on with."""

from dataclasses import replace

import pytest

from demo.settings import Settings
from demo.server.studio import Studio
from gan.config import preset
from gan.runs.run import Run

SMALL = preset("default", width=4, batch_size=8, steps=100_000)
ME, ANOTHER = "1" * 32, "2" * 32


@pytest.fixture
def studio(tmp_path):
    made = Studio(Settings(runs=tmp_path))
    yield made
    made.close()


def test_a_new_server_goes_on_with_a_run_where_it_was(studio, tmp_path):
    run = Run.create(SMALL, tmp_path / "early")
    run.advance()
    run.save()
    Run.create(replace(SMALL, steps=1), tmp_path / "over").advance()
    finished = Run.resume(tmp_path / "over")
    finished.advance()
    finished.save()
    for name in ("over", "nowhere", "../early", ""):
        with pytest.raises(LookupError, match="not on this server"):
            studio.helm.resume(ME, name)
    assert studio.helm.resume(ME, "early") == "early"
    assert studio.helm.steers(ME) and studio.runner.snapshot.step >= 1
    assert studio.helm.resume(ANOTHER, "early") == ""  # stands in line
    assert studio.helm.steers(ME) and not studio.helm.steers(ANOTHER)


def test_the_next_in_line_begins_when_a_real_run_ends(studio):
    first = studio.helm.start(ME, replace(SMALL, steps=3))
    assert studio.helm.start(ANOTHER, SMALL) == ""
    for _ in range(200):
        if studio.helm.steers(ANOTHER) and studio.runner.snapshot.run not in ("", first):
            break
        studio.runner.generator().exception(5)  # a job: one turn of the training thread
    assert studio.helm.steers(ANOTHER) and studio.runner.snapshot.run != first
    studio.helm.act(ANOTHER, "stop")
    assert studio.runner.snapshot.state == "done"
