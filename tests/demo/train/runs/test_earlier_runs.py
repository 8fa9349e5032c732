"""Runs that ended before their goal are resumed by a new server."""

from dataclasses import replace

import pytest

from demo.server.studio import Studio
from demo.settings import Settings
from gan.config import preset
from gan.runs.run import Run

SMALL = preset("default", width=4, batch_size=8, steps=100_000)
ME, ANOTHER = "1" * 32, "2" * 32


@pytest.fixture
def studio(tmp_path):
    made = Studio(Settings(runs=tmp_path))
    yield made
    made.close()


def test_a_new_server_resumes_a_run(studio, tmp_path):
    run = Run.create(SMALL, tmp_path / "early")
    run.advance()
    run.save()
    Run.create(replace(SMALL, steps=1), tmp_path / "over").advance()
    finished = Run.resume(tmp_path / "over")
    finished.advance()
    finished.save()
    for name in ("over", "nowhere", "../early", ""):
        with pytest.raises(LookupError, match="not on this server"):
            studio.access.resume(ME, name)
    assert studio.access.resume(ME, "early") == "early"
    assert studio.access.controls(ME) and studio.runner.status.step >= 1
    assert studio.access.resume(ANOTHER, "early") == ""  # stands in line
    assert studio.access.controls(ME) and not studio.access.controls(ANOTHER)


def test_the_queue_advances_when_a_real_run_ends(studio):
    first = studio.access.start(ME, replace(SMALL, steps=3))
    assert studio.access.start(ANOTHER, SMALL) == ""
    for _ in range(200):
        if studio.access.controls(ANOTHER) and studio.runner.status.run not in ("", first):
            break
        studio.runner.generator().exception(60)  # a job: one turn of the training thread
    assert studio.access.controls(ANOTHER) and studio.runner.status.run != first
    studio.access.act(ANOTHER, "stop")
    assert studio.runner.status.state == "done"
