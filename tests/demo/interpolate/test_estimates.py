"""Estimates: one at a time, the newest of each visitor, and never the same one twice."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from demo.export.queue import ExportQueue, QueueEntry
from demo.export.spec import ExportSpec
from demo.interpolate import estimates as module
from demo.interpolate.estimates import Estimates
from gan.recipes.clip_recipe import ClipRecipe


class Desk:
    """A server whose estimates wait until `go`; `made` lists the frames of those it made."""

    def __init__(self, monkeypatch, trains=False):
        self.made, self.begun, self.go = [], threading.Event(), threading.Event()
        self.go.set()
        queue = ExportQueue(1)
        self.studio = SimpleNamespace(
            trains=lambda model: trains, exports=SimpleNamespace(queue=queue)
        )
        monkeypatch.setattr(module.clips, "clip_spec", self._spec)
        self.estimates = Estimates(self.studio, self._run)

    def _spec(self, studio, wish):
        if wish is None:
            raise ValueError("This is not a clip.")
        job = SimpleNamespace(recipe=ClipRecipe.from_json(wish), size=(5, 5, 1), images=1)
        return ExportSpec(job, "clip")

    def _run(self, spec):
        self.begun.set()
        assert self.go.wait(10)
        self.made.append(spec.job.recipe.frames)
        return {"bytes": spec.job.recipe.frames, "seconds": 0.5}


@pytest.fixture
def desk(monkeypatch):
    return Desk(monkeypatch)


def wish(frames, model_id="0" * 12):
    keys = [{"seed": 1}, {"seed": 2}]
    return {
        "latent_studio_clip": 1, "model": "m", "model_id": model_id, "keys": keys, "frames": frames
    }  # fmt: skip


def ask(desk, *asked):
    """The answers to (visitor, wish) asked at the same moment, in this order."""

    async def all_of_them():
        return await asyncio.gather(*(desk.estimates.answer(*one) for one in asked))

    return asyncio.run(all_of_them())


def test_an_estimate_is_made_once(desk):
    wanted = {"bytes": 30, "seconds": 0.5, "wait_s": 0.0}
    assert ask(desk, ("a", wish(30))) == [wanted]
    assert ask(desk, ("b", wish(30)), ("a", wish(40))) == [wanted, wanted | {"bytes": 40}]
    assert desk.made == [30, 40]


def test_of_one_visitors_wishes_the_newest_is_worked_out(desk):
    async def drag():
        desk.go.clear()
        first = asyncio.create_task(desk.estimates.answer("a", wish(30)))
        while not desk.begun.is_set():
            await asyncio.sleep(0.001)
        later = [asyncio.create_task(desk.estimates.answer("a", wish(n))) for n in (31, 32, 33)]
        wrong = asyncio.create_task(desk.estimates.answer("c", wish(50)))
        await asyncio.sleep(0)  # they have all begun
        await desk.estimates.answer("c", None)  # newer than the one that waits, and over already
        other = asyncio.create_task(desk.estimates.answer("b", wish(99)))
        await asyncio.sleep(0.02)
        desk.go.set()
        assert await wrong == {"stale": True}
        return [await task for task in (first, *later, other)]

    answers = asyncio.run(drag())
    assert [answer.get("bytes") for answer in answers] == [30, None, None, 33, 99]
    assert answers[1] == answers[2] == {"stale": True}
    assert sorted(desk.made) == [30, 33, 99]


def test_a_bad_wish_gets_its_sentence_and_holds_up_nobody(desk):
    answers = ask(desk, ("a", None), ("b", wish(30)))
    assert answers[0] == {"error": "This is not a clip."} and answers[1]["bytes"] == 30


def test_a_model_in_training_is_not_estimated_again_for_every_step(monkeypatch):
    desk = Desk(monkeypatch, trains=True)
    ask(desk, ("a", wish(30)))
    ask(desk, ("a", wish(30, model_id="1" * 12)))
    assert desk.made == [30]


def test_what_a_model_in_training_weighs_is_worked_out_anew_after_a_while(monkeypatch):
    for trains, made in ((True, [30, 30]), (False, [30])):
        desk = Desk(monkeypatch, trains)
        ask(desk, ("a", wish(30)))
        monkeypatch.setattr(module, "FRESH_S", -1.0)
        ask(desk, ("a", wish(30)))
        assert desk.made == made
        monkeypatch.undo()


def test_it_tells_how_long_an_export_would_wait(desk):
    desk.studio.exports.queue.enter(QueueEntry("b", lambda: None, left_s=7.0))
    assert ask(desk, ("a", wish(30)))[0]["wait_s"] == 7.0


def test_the_answers_kept_are_few(desk, monkeypatch):
    monkeypatch.setattr(module, "CACHED", 2)
    for frames in (30, 31, 32, 31, 30):
        ask(desk, ("a", wish(frames)))
    assert desk.made == [30, 31, 32, 30]
