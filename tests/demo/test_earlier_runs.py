"""Runs that ended before their goal: found again by a new server, and gone on with."""

from dataclasses import replace

import pytest

from demo.settings import Settings
from demo.studio import Studio
from gan.config import preset
from gan.run import Run

SMALL = preset("default", width=4, batch_size=8, steps=100_000)


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
    assert [one.name for one in studio.resumable()] == ["early"]
    for name in ("over", "nowhere", "../early", ""):
        with pytest.raises(LookupError, match="not on this server"):
            studio.resume(name, "me")
    studio.resume("early", "me")
    assert studio.steers("me") and studio.runner.snapshot.step >= 1
    with pytest.raises(RuntimeError, match="already going on"):
        studio.resume("early", "another")
    assert studio.steers("me") and not studio.steers("another")
