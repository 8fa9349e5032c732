"""The server side of the Explore tab."""

import base64
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest

from demo.endpoint import endpoint
from demo.explore import tab
from demo.explore.tab import description
from demo.generate.draw import IMAGES_MAX, draw_function
from demo.server.studio import Studio
from demo.settings import Settings
from gan.latent.latents import latent


@pytest.fixture(scope="module")
def studio(tiny_model, tmp_path_factory):
    root = tmp_path_factory.mktemp("studio")
    shutil.copytree(tiny_model, root / "models/mnist")
    made = Studio(Settings(models=root / "models", runs=root / "runs"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def draw(studio):
    return endpoint(draw_function(studio))


def request(seeds=(1, 2), labels=(3, 4)):
    z = [latent(seed, 64).tolist() for seed in seeds]
    return {"model": "mnist", "z": z, "labels": list(labels)}


def test_a_description_is_not_waited_for_for_ever(studio, monkeypatch):
    begun, go = threading.Event(), threading.Event()
    with gr.Blocks() as page:
        tab.build(studio, gr.Dropdown(["mnist"], value=None), gr.I18n())
    (panel,) = (one for one in page.blocks.values() if one.elem_id == "explore")
    (describe,) = (made for made in panel.server_fns if made.__name__ == "describe")

    def slow(*_):
        begun.set()
        go.wait()
        return {}

    monkeypatch.setattr(tab, "about", slow)
    monkeypatch.setattr(tab, "WAIT_S", 0.01)
    nobody = SimpleNamespace(headers={})
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(describe, {"model": "mnist"}, nobody)
        assert begun.wait(60)
        assert "other models" in describe({"model": "mnist"}, nobody)["error"]
        go.set()
        first.result(60)


def test_the_same_latents_give_the_same_pixels(draw, studio):
    first, second = draw(request()), draw(request())
    assert first == second
    assert (first["h"], first["w"], first["c"], first["count"]) == (28, 28, 1, 2)
    pixels = np.frombuffer(base64.b64decode(first["pixels"]), np.uint8).reshape(2, 28, 28, 1)
    z = np.array(request()["z"])
    assert (pixels == studio.generator("", "mnist").sample(z, np.array([3, 4]))).all()


def test_a_label_can_be_class_weights(draw):
    weights = np.eye(10)[[3, 4]].tolist()
    assert draw(request(labels=weights)) == draw(request())


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "mnist",
        {},
        {**request(), "model": "../mnist"},
        {**request(), "model": ["mnist"]},
        {**request(), "z": None},
        {**request(), "z": []},
        {**request(), "z": [[0.0] * 63]},
        {**request(), "z": [[0.0] * 64, [0.0] * 3], "labels": [0, 0]},
        {**request(), "z": [[[0.0]] * 64], "labels": [0]},
        {**request(), "z": [["1"] * 64], "labels": [0]},
        {**request(), "z": [[None] * 64], "labels": [0]},
        {**request(), "z": [[float("nan")] * 64], "labels": [0]},
        {**request(), "z": [[1e30] * 64], "labels": [0]},
        {**request(), "z": [[10**400] + [0] * 63], "labels": [0]},
        {**request(), "z": [[0.0] * 64] * (IMAGES_MAX + 1), "labels": []},
        {**request(), "labels": [3]},
        {**request(), "labels": 3},
        {**request(), "labels": [3, 10]},
        {**request(), "labels": [3, -1]},
        {**request(), "labels": [3, 0.5]},
        {**request(), "labels": ["3", "4"]},
        {**request(), "labels": [[1.0] * 9] * 2},
        {**request(), "labels": [3, [0.1] * 10]},
        {**request(), "labels": [{}, {}]},
    ],
)
def test_invalid_input_is_answered_with_a_message(draw, payload):
    answer = draw(payload)
    assert set(answer) == {"error"}
    assert answer["error"].endswith(".")


def test_the_page_can_paint_before_its_first_request(studio, draw):
    value = description(studio.generator("", "mnist"))
    first = value["first"]
    asked = draw(request(seeds=[first["seed"]] * 10, labels=range(10)))
    assert first["pixels"] == asked["pixels"]
    axes = np.frombuffer(base64.b64decode(value["axes"]), "<f4").reshape(-1, 64)
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1, atol=1e-5)
    assert len(axes) == len(value["directions"]) > 16
    json.dumps(value, allow_nan=False)  # what the page is sent
    assert {direction["kind"] for direction in value["directions"]} >= {"pca", "sefa"}
