"""Runs that ended before their goal are resumed by a new server."""

from dataclasses import replace

import pytest

from demo.server.studio import Studio
from demo.settings import Settings
from demo.train import form
from gan.presets import preset
from gan.runs.run import Run
from tests.panels import functions

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


@pytest.mark.parametrize(("length", "goal"), [({"seconds": 90.0}, "time"), ({"steps": 40}, 41)])
def test_a_finished_run_is_trained_further_for_the_length_in_the_form(
    studio, tmp_path, length, goal
):
    run = Run.create(replace(SMALL, steps=1), tmp_path / "over")
    run.advance()
    run.save()
    elapsed_s = run.elapsed_s
    run.close()
    do = functions(form.build, studio)
    settings = SMALL.to_json() | {"steps": 500, "seconds": 0.0} | length
    for wrong in ({"seconds": 1e6}, {"steps": 0}, {"steps": "9"}):
        asked = {"who": ME, "run": "over", "settings": settings | wrong}
        assert "error" in do["extend"](asked)
    assert do["extend"]({"who": ME, "run": "over", "settings": settings}) == {"run": "over"}
    status = studio.runner.status
    found = do["status"]({"who": ME})["config"]
    if goal == "time":
        assert status.goal_s == pytest.approx(elapsed_s + 90) == found["seconds"]
    else:
        assert (status.goal_s, status.goal_steps) == (None, goal)
        assert (found["seconds"], found["steps"]) == (0, goal)
    studio.access.act(ME, "stop")
    asked = {"who": ME, "run": "over", "settings": settings}
    assert "not on this server" in do["extend"](asked)["error"]  # it is resumed to its goal


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
