"""Estimates: one at a time, only the last request of a visitor, cached."""

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

    def _spec(self, studio, who, payload):
        if payload is None:
            raise ValueError("This is not a clip.")
        job = SimpleNamespace(recipe=ClipRecipe.from_json(payload), size=(5, 5, 1), images=1)
        return ExportSpec(job, "clip")

    def _run(self, spec):
        self.begun.set()
        assert self.go.wait(10)
        self.made.append(spec.job.recipe.frames)
        return {"bytes": spec.job.recipe.frames, "seconds": 0.5}


@pytest.fixture
def desk(monkeypatch):
    return Desk(monkeypatch)


def payload(frames, model_id="0" * 12):
    keys = [{"seed": 1}, {"seed": 2}]
    return {
        "latent_studio_clip": 1, "model": "m", "model_id": model_id, "keys": keys, "frames": frames
    }  # fmt: skip


def ask(desk, *asked):
    """The answers to (visitor, payload) asked at the same moment, in this order."""

    async def all_of_them():
        return await asyncio.gather(*(desk.estimates.answer(one[0], "", one[1]) for one in asked))

    return asyncio.run(all_of_them())


def test_estimates_are_cached(desk):
    wanted = {"bytes": 30, "seconds": 0.5, "wait_s": 0.0}
    assert ask(desk, ("a", payload(30))) == [wanted]
    assert ask(desk, ("b", payload(30)), ("a", payload(40))) == [wanted, wanted | {"bytes": 40}]
    assert desk.made == [30, 40]


def test_only_the_last_request_of_a_visitor_is_run(desk):
    async def drag():
        desk.go.clear()
        first = asyncio.create_task(desk.estimates.answer("a", "", payload(30)))
        while not desk.begun.is_set():
            await asyncio.sleep(0.001)
        later = [
            asyncio.create_task(desk.estimates.answer("a", "", payload(n))) for n in (31, 32, 33)
        ]
        wrong = asyncio.create_task(desk.estimates.answer("c", "", payload(50)))
        await asyncio.sleep(0)  # they have all begun
        await desk.estimates.answer(
            "c", "", None
        )  # newer than the one that waits, and over already
        other = asyncio.create_task(desk.estimates.answer("b", "", payload(99)))
        await asyncio.sleep(0.02)
        desk.go.set()
        assert await wrong == {"stale": True}
        return [await task for task in (first, *later, other)]

    answers = asyncio.run(drag())
    assert [answer.get("bytes") for answer in answers] == [30, None, None, 33, 99]
    assert answers[1] == answers[2] == {"stale": True}
    assert sorted(desk.made) == [30, 33, 99]


def test_an_invalid_request_does_not_block_others(desk):
    answers = ask(desk, ("a", None), ("b", payload(30)))
    assert answers[0] == {"error": "This is not a clip."} and answers[1]["bytes"] == 30


def test_new_weights_of_a_model_in_training_use_the_cache(monkeypatch):
    desk = Desk(monkeypatch, trains=True)
    ask(desk, ("a", payload(30)))
    ask(desk, ("a", payload(30, model_id="1" * 12)))
    assert desk.made == [30]


def test_estimates_of_a_model_in_training_expire(monkeypatch):
    for trains, made in ((True, [30, 30]), (False, [30])):
        desk = Desk(monkeypatch, trains)
        ask(desk, ("a", payload(30)))
        monkeypatch.setattr(module, "FRESH_S", -1.0)
        ask(desk, ("a", payload(30)))
        assert desk.made == made
        monkeypatch.undo()


def test_the_answer_has_the_waiting_time(desk):
    desk.studio.exports.queue.enter(QueueEntry("b", lambda: None, left_s=7.0))
    assert ask(desk, ("a", payload(30)))[0]["wait_s"] == 7.0


def test_the_cache_is_bounded(desk, monkeypatch):
    monkeypatch.setattr(module, "CACHED", 2)
    for frames in (30, 31, 32, 31, 30):
        ask(desk, ("a", payload(frames)))
    assert desk.made == [30, 31, 32, 30]


def test_one_network_cannot_fill_the_queue(desk, monkeypatch):
    monkeypatch.setattr(module.address, "present", lambda: "203.0.113.7")
    asked = [(f"v{n}", payload(30 + n)) for n in range(module.MOST_PER_ADDRESS + 1)]
    answers = ask(desk, *asked)
    assert answers[-1] == {"error": module.BUSY} and all("bytes" in one for one in answers[:-1])
