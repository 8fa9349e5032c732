"""What the server hands to a browser that wants to draw by itself."""

import base64
import shutil
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load

from demo.live import LiveModel
from demo.settings import Settings
from demo.studio import Studio
from demo.weights import BYTES_MAX, KEPT, MULTIPLY_ADDS_MAX, PortableFiles, weights_function
from demo.weights import encoded as encode
from gan.config import preset
from gan.generator import Generator
from gan.networks import make_generator
from gan.portable import portable, size


@pytest.fixture
def studio(tiny_model, tmp_path):
    shutil.copytree(tiny_model, tmp_path / "models/mnist")
    made = Studio(Settings(models=tmp_path / "models", runs=tmp_path / "runs"))
    yield made
    made.close()


def wait(condition, seconds=60):
    """Until the condition holds; gives what it gave."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


def fresh(**changes):
    config = preset("default", **{"width": 4, **changes})
    return Generator(config, make_generator(config))


def test_a_model_is_sent_once_and_then_only_its_name(studio):
    weights = weights_function(studio)
    generator = studio.generator("mnist")
    answer = weights({"model": "mnist", "have": None})
    file = base64.b64decode(answer.pop("file"))
    np.testing.assert_equal(load(file), load(portable(generator)))
    known = {"model_id": generator.model_id, "live": False, "fixed": True}
    assert answer == known
    assert weights({"model": "mnist", "have": generator.model_id}) == known
    assert weights({"model": "mnist", "have": None, "file": False}) == known
    assert "file" in weights({"model": "mnist", "have": "0" * 12})


@pytest.mark.parametrize(
    "payload",
    [
        *(None, [], "mnist", 3, {}, {"model": None}, {"model": ["mnist"]}, {"model": {}}),
        *({"model": name} for name in ("", "../mnist", "run:", "run:../mnist", "run:mnist")),
    ],
)
def test_bad_input_gives_a_sentence(studio, payload):
    answer = weights_function(studio)(payload)
    assert set(answer) == {"error"}
    assert answer["error"].endswith(".")


@pytest.mark.parametrize("have", [3, [], {}, True, "x" * 10_000])
def test_whatever_the_page_says_it_has(studio, have):
    assert "file" in weights_function(studio)({"model": "mnist", "have": have})


def test_a_model_too_large_for_a_browser_says_so():
    small = preset("default", data="cifar10", image_size=64)
    heavy = preset("default", image_size=64, width=64)
    long = preset("unconditional", z_dim=512, width=256)
    for config, fits in ((small, True), (heavy, False), (long, False)):
        generator = Generator(config, make_generator(config))
        assert (encode(generator) is not None) == fits
    assert size(generator)[0] > MULTIPLY_ADDS_MAX or 2 * size(generator)[1] > BYTES_MAX
    broken = fresh()
    broken.network.fc.bias[0] = 1e30  # no float16
    assert encode(broken) is None


def test_the_page_is_told_of_a_model_it_cannot_draw(studio, monkeypatch):
    monkeypatch.setattr("demo.weights.BYTES_MAX", 1000)
    answer = weights_function(studio)({"model": "mnist", "have": None})
    model_id = studio.generator("mnist").model_id
    assert answer.pop("portable") is False and answer["model_id"] == model_id


def test_a_hundred_visitors_cost_one_computation():
    made, gate = [], threading.Event()

    def make(generator):
        made.append(generator.model_id)
        assert gate.wait(60)
        return "file"

    files, generator = PortableFiles(make), fresh()
    with ThreadPoolExecutor(100) as pool:
        asked = [pool.submit(files.get, generator) for _ in range(100)]
        wait(lambda: made)
        gate.set()
        assert {one.result() for one in asked} == {"file"}
    assert files.get(generator) == "file"
    assert made == [generator.model_id]


def test_an_error_reaches_everyone_and_is_not_kept():
    answers = [MemoryError(), "file"]

    def make(generator):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    files, generator = PortableFiles(make), fresh()
    with pytest.raises(MemoryError):
        files.get(generator)
    assert files.get(generator) == "file"


def test_only_the_models_used_last_are_kept():
    made = []
    files = PortableFiles(lambda generator: made.append(generator.model_id) or "file")
    models = [fresh(z_dim=2 + k) for k in range(KEPT + 1)]
    for model in (*models[:KEPT], models[0], models[KEPT], models[0]):
        files.get(model)
    assert len(made) == KEPT + 1
    files.get(models[1])
    assert len(made) == KEPT + 2


# --- a run in progress ---------------------------------------------------------------------------


def test_a_run_in_progress_gives_ever_newer_weights_and_its_last_when_it_stops(studio):
    weights = weights_function(studio)
    studio._live.every_s = 0.05
    config = preset("default", width=8, batch_size=8, steps=100_000)
    model = "run:" + studio.start(config, "owner")

    def newer(than):
        answer = weights({"model": model, "have": than})
        return answer if "file" in answer else None

    first = weights({"model": model, "have": None})
    second = wait(lambda: newer(first["model_id"]))
    third = wait(lambda: newer(second["model_id"]))
    assert first["live"] and second["live"] and third["live"]
    assert len({one["model_id"] for one in (first, second, third)}) == 3
    # what the server draws is what it hands out
    studio._live.every_s = 60
    wait(lambda: studio.generator(model, 1).model_id == weights({"model": model})["model_id"])
    assert weights({"model": "mnist"})["live"] is False

    studio.runner.pause().result()
    assert weights({"model": model})["live"] is True
    studio.runner.stop().result()
    last = weights({"model": model})
    assert last["live"] is False
    assert last["model_id"] == Generator.load(studio.settings.runs / model[4:]).model_id


class SlowRunner:
    """Counts the copies it is asked for, and makes them when told to."""

    def __init__(self, run="a", state="running"):
        self.snapshot = SimpleNamespace(run=run, state=state)
        self.asked = []

    def generator(self):
        self.asked.append(Future())
        return self.asked[-1]


def test_a_slow_step_holds_up_nobody_and_is_asked_once():
    runner = SlowRunner()
    live = LiveModel(runner, every_s=0)
    start = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(lambda _: live.latest("a", 0.05), range(100))) == {None}
    assert time.monotonic() - start < 5
    assert len(runner.asked) == 1
    one, other = fresh(), fresh(z_dim=5)
    runner.asked[0].set_result(one)
    assert live.latest("a", 0) is one
    assert live.latest("a", 0) is one  # the next one is on its way
    runner.asked[1].set_result(other)
    assert live.latest("a", 0) is other


def test_copies_are_not_made_more_often_than_agreed():
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
    runner.snapshot = SimpleNamespace(run="b", state="running")
    runner.asked[0].set_result(fresh())  # asked for in a's days, made in b's
    assert live.latest("a") is None
    assert live.latest("b") is None
    mine = fresh(z_dim=5)
    runner.asked[1].set_result(mine)
    assert live.latest("b") is mine


@pytest.mark.parametrize("error", [LookupError("no run"), RuntimeError("shut down")])
def test_a_runner_that_refuses_leaves_the_last_copy(error):
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


def test_a_model_that_was_deleted_is_not_there_any_more(studio):
    weights = weights_function(studio)
    assert "file" in weights({"model": "mnist"})
    shutil.rmtree(studio.settings.models / "mnist")
    assert "error" in weights({"model": "mnist"})
