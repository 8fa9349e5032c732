"""The time machine: the snapshots of a run and their images of one latent."""

import base64
import shutil

import numpy as np
import pytest

from demo.endpoint import endpoint
from demo.generate.time_machine import STEPS_MAX, snapshots_function
from demo.generate.weights import weights_function
from demo.server import model_library
from demo.server.studio import Studio
from demo.settings import Settings
from gan.models.generator import Generator, ModelError
from gan.runs.snapshots import write_snapshot
from gan.storage.layout import snapshot_picture_path, snapshot_weights_path

STEPS = [0, 10, 20]
MODEL = "run:mine"


@pytest.fixture
def studio(tiny_model, tmp_path):
    """One bundled model, and a run that keeps the weights of `STEPS`, fainter the older."""
    shutil.copytree(tiny_model, tmp_path / "models/mnist")
    folder = tmp_path / "runs/mine"
    shutil.copytree(tiny_model, folder)
    (folder / "snapshots").mkdir()
    weights = Generator.load(tiny_model).network.state_dict()
    for step in STEPS:
        faded = {name: value * (1 + step) / 21 for name, value in weights.items()}
        write_snapshot(folder, step, np.zeros((60, 28, 28, 1), np.uint8), faded)
    made = Studio(Settings(models=tmp_path / "models", runs=tmp_path / "runs"))
    yield made
    made.close()


def payload(**changes):
    z = np.random.default_rng(1).standard_normal(64).tolist()
    return {"model": MODEL, "steps": STEPS, "z": [z], "labels": [4], **changes}


def test_only_runs_have_snapshots(studio):
    moments = endpoint(snapshots_function(studio))
    assert moments({"model": MODEL}) == {"steps": STEPS}
    for model in ("mnist", "run:other", "run:../mine", "run:mine@10", "", "run:"):
        assert moments({"model": model}) == {"steps": []}


def test_every_snapshot_draws_the_latent(studio):
    answer = endpoint(snapshots_function(studio))(payload())
    shape = (3, answer["h"], answer["w"], answer["c"])
    images = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8).reshape(shape)
    assert answer["steps"] == STEPS
    for step, image, model_id in zip(STEPS, images, answer["model_ids"], strict=True):
        generator = studio.generator("", f"{MODEL}@{step}")
        assert generator.model_id == model_id
        np.testing.assert_array_equal(image, generator.sample(np.array(payload()["z"]), 4)[0])
    assert len(set(answer["model_ids"])) == 3


def test_missing_and_damaged_snapshots_are_skipped(studio):
    moments, folder = endpoint(snapshots_function(studio)), studio.settings.runs / "mine"
    snapshot_weights_path(folder, 10).write_bytes(b"torn")
    assert moments(payload(steps=[20, 15, 10, 0]))["steps"] == [20, 0]
    with pytest.raises(ModelError, match="cannot be used"):
        studio.generator("", f"{MODEL}@10")
    assert moments(payload(steps=[15])) == {"steps": []}
    snapshot_picture_path(folder, 0).unlink()  # being written, or half removed
    assert moments(payload())["steps"] == [20]
    shutil.rmtree(folder)
    assert moments({"model": MODEL}) == {"steps": []}


@pytest.mark.parametrize(
    "payload",
    [
        *(None, [], "run:mine", {}, {"model": None}, {"model": [MODEL]}),
        *(
            payload(steps=steps)
            for steps in (None, "0", [0.5], [True], [[0]], [0] * (STEPS_MAX + 1))
        ),
        *(payload(z=z) for z in (None, [], [[0.0] * 3], [[float("nan")] * 64], [[0.0] * 64] * 2)),
        *(payload(labels=labels) for labels in ([10], [0, 1], ["0"], {})),
    ],
)
def test_invalid_input_is_answered_with_a_message(studio, payload):
    answer = endpoint(snapshots_function(studio))(payload)
    assert set(answer) == {"error"} and answer["error"].endswith(".")


def test_ids_are_looked_up_never_joined_to_a_path(studio):
    for model in ("run:mine@5", "run:../runs/mine@0", "mnist@0", "run:mine@00", "run:mine@0/../10"):
        with pytest.raises(ModelError, match="not on this server"):
            studio.generator("", model)
    assert f"{MODEL}@0" not in studio.library.folders()


def test_snapshots_do_not_evict_models_from_the_cache(studio, monkeypatch):
    monkeypatch.setattr(model_library, "SNAPSHOTS_KEPT", 2)
    studio.library = model_library.ModelLibrary(studio.settings, studio.hub)
    bundled = studio.generator("", "mnist")
    first = [studio.generator("", f"{MODEL}@{step}") for step in STEPS]
    assert studio.generator("", "mnist") is bundled
    again = [studio.generator("", f"{MODEL}@{step}") for step in reversed(STEPS)]
    kept = [a is b for a, b in zip(again, reversed(first), strict=True)]
    assert kept == [True, True, False]


def test_the_weights_of_a_snapshot_can_be_fetched(studio):
    answer = endpoint(weights_function(studio))({"model": f"{MODEL}@10", "have": None})
    assert answer["model_id"] == studio.generator("", f"{MODEL}@10").model_id
    assert answer["file"] and not answer["live"]
