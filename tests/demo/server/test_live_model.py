"""Copies of the weights in training, shared by all visitors."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from demo.server.live_model import LiveModel
from gan.models.generator import Generator
from gan.models.networks import make_generator
from gan.presets import preset

VISITORS = 20


def fresh(**changes):
    config = preset("default", **{"width": 4, **changes})
    return Generator(config, make_generator(config))


class Crowded(Future):
    """A copy that is not made until `VISITORS` threads wait for it at the same time."""

    visitors = threading.Barrier(VISITORS)

    def result(self, timeout=None):
        if not self.done():
            self.visitors.wait(120)
        return super().result(timeout)


class SlowRunner:
    """Records requests for copies, which the test answers."""

    def __init__(self, run="a", state="running", future=Future):
        self.status = SimpleNamespace(run=run, state=state)
        self.asked, self.future = [], future

    def generator(self):
        self.asked.append(self.future())
        return self.asked[-1]


def test_requests_do_not_wait_for_a_slow_step():
    runner = SlowRunner(future=Crowded)
    live = LiveModel(runner, every_s=0)
    with ThreadPoolExecutor(VISITORS) as pool:
        assert set(pool.map(lambda _: live.latest("a", 0.05), range(5 * VISITORS))) == {None}
    assert len(runner.asked) == 1
    runner.future = Future
    one, other = fresh(), fresh(z_dim=5)
    runner.asked[0].set_result(one)
    assert live.latest("a", 0) is one
    assert live.latest("a", 0) is one  # the next one is on its way
    runner.asked[1].set_result(other)
    assert live.latest("a", 0) is other


def test_copies_are_throttled():
    runner = SlowRunner()
    live = LiveModel(runner, every_s=60)
    live.latest("a")
    runner.asked[0].set_result(fresh())
    for _ in range(50):
        assert live.latest("a", 0.01) is not None
    assert len(runner.asked) == 1


def test_unchanged_weights_stay_the_same_object():
    runner = SlowRunner()
    live = LiveModel(runner, every_s=0)
    one = fresh()
    live.latest("a")
    runner.asked[0].set_result(one)
    live.latest("a")
    live.latest("a")
    runner.asked[1].set_result(Generator(one.config, one.network))
    assert live.latest("a") is one


def test_one_run_never_gets_the_weights_of_another():
    runner = SlowRunner()
    live = LiveModel(runner, every_s=0)
    live.latest("a")
    runner.status = SimpleNamespace(run="b", state="running")
    runner.asked[0].set_result(fresh())  # asked for in a's days, made in b's
    assert live.latest("a") is None
    assert live.latest("b") is None
    mine = fresh(z_dim=5)
    runner.asked[1].set_result(mine)
    assert live.latest("b") is mine


@pytest.mark.parametrize("error", [LookupError("no run"), RuntimeError("shut down")])
def test_the_last_copy_is_kept_when_the_runner_fails(error):
    runner = SlowRunner()
    live = LiveModel(runner, every_s=0)
    live.latest("a")
    runner.asked[0].set_exception(error)
    assert live.latest("a") is None
    assert len(runner.asked) == 1
    live.latest("a")
    assert len(runner.asked) == 2


@pytest.mark.parametrize("state", ["idle", "loading", "done", "failed"])
def test_only_a_run_in_progress_is_copied(state):
    runner = SlowRunner(state=state)
    live = LiveModel(runner)
    assert not live.covers("a")
    assert live.latest("a", 1) is None
    assert not runner.asked
