"""The server function `weights`: models sent to the browser."""

import shutil

import numpy as np
import pytest
from safetensors.numpy import load
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.endpoint import endpoint
from demo.generate.weights import routes, weights_function
from demo.server.studio import Studio
from demo.settings import Settings
from gan.models.generator import Generator
from gan.models.portable import portable
from gan.presets import preset
from tests.waiting import until


@pytest.fixture
def studio(tiny_model, tmp_path):
    shutil.copytree(tiny_model, tmp_path / "models/mnist")
    made = Studio(Settings(models=tmp_path / "models", runs=tmp_path / "runs"))
    yield made
    made.close()


@pytest.fixture
def site(studio):
    return TestClient(Starlette(routes=routes(studio)))


def test_a_model_is_sent_once(studio, site):
    weights = endpoint(weights_function(studio))
    generator = studio.generator("", "mnist")
    answer = weights({"model": "mnist", "have": None})
    sent = site.get("/studio/" + answer.pop("file"))
    assert sent.headers["content-encoding"] == "gzip"
    assert "immutable" in sent.headers["cache-control"]
    file = np.frombuffer(sent.content, np.uint8).reshape(2, -1).T.tobytes()
    np.testing.assert_equal(load(file), load(portable(generator)))
    known = {"model_id": generator.model_id, "live": False, "fixed": True}
    assert answer == known
    assert weights({"model": "mnist", "have": generator.model_id}) == known
    assert weights({"model": "mnist", "have": None, "file": False}) == known
    assert "file" in weights({"model": "mnist", "have": "0" * 12})


def test_a_file_is_found_by_its_name_alone(studio, site):
    file = endpoint(weights_function(studio))({"model": "mnist"})["file"]
    assert file == endpoint(weights_function(studio))({"model": "mnist"})["file"]
    model_id = studio.generator("", "mnist").model_id
    assert site.get(f"/studio/{file}").status_code == 200
    for name in ("", model_id, "mnist", "../mnist", "%2e%2e/mnist"):
        assert site.get(f"/studio/weights/{name}.bin").status_code == 404


@pytest.mark.parametrize(
    "payload",
    [
        *(None, [], "mnist", 3, {}, {"model": None}, {"model": ["mnist"]}, {"model": {}}),
        *({"model": name} for name in ("", "../mnist", "run:", "run:../mnist", "run:mnist")),
    ],
)
def test_invalid_input_is_answered_with_a_message(studio, payload):
    answer = endpoint(weights_function(studio))(payload)
    assert set(answer) == {"error"}
    assert answer["error"].endswith(".")


@pytest.mark.parametrize("have", [3, [], {}, True, "x" * 10_000])
def test_unknown_weights_are_replaced(studio, have):
    assert "file" in endpoint(weights_function(studio))({"model": "mnist", "have": have})


def test_the_answer_for_a_model_that_is_not_portable(studio, monkeypatch):
    monkeypatch.setattr("demo.server.portable_files.BYTES_MAX", 1000)
    answer = endpoint(weights_function(studio))({"model": "mnist", "have": None})
    model_id = studio.generator("", "mnist").model_id
    assert answer.pop("portable") is False and answer["model_id"] == model_id


# --- a run in progress ---------------------------------------------------------------------------


def test_a_run_in_progress_gives_its_newest_weights(studio):
    weights = endpoint(weights_function(studio))
    studio._live.every_s = 0.05
    config = preset("default", width=8, batch_size=8, steps=100_000)
    model = "run:" + studio.access.start("owner", config)

    def newer(than):
        answer = weights({"model": model, "have": than})
        return answer if "file" in answer else None

    first = weights({"model": model, "have": None})
    second = until(lambda: newer(first["model_id"]))
    third = until(lambda: newer(second["model_id"]))
    assert first["live"] and second["live"] and third["live"]
    assert len({one["model_id"] for one in (first, second, third)}) == 3
    # what the server draws is what it hands out
    studio._live.every_s = 60
    until(lambda: studio.generator("", model, 1).model_id == weights({"model": model})["model_id"])
    assert weights({"model": "mnist"})["live"] is False

    studio.runner.pause().result()
    assert weights({"model": model})["live"] is True
    studio.runner.stop().result()
    last = weights({"model": model})
    assert last["live"] is False
    assert last["model_id"] == Generator.load(studio.settings.runs / model[4:]).model_id


def test_a_deleted_model_is_an_error(studio):
    weights = endpoint(weights_function(studio))
    assert "file" in weights({"model": "mnist"})
    shutil.rmtree(studio.settings.models / "mnist")
    assert "error" in weights({"model": "mnist"})
