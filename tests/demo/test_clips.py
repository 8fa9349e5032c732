"""Clips: the file holds what the path draws, bad wishes get sentences, cancelling leaves nothing.

The studio is a stand-in with one model, so that nothing here needs a training runner.
"""

from __future__ import annotations

import base64
import json
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageSequence
from safetensors.torch import save_file

from demo.clips import Cancelled, Clip, make_file, preview
from demo.settings import Settings
from gan.config import preset
from gan.generator import Generator, ModelError
from gan.latents import latents
from gan.networks import make_generator
from gan.paths import label_weights, make_path


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mnist")
    config = preset("default")
    save_file(make_generator(config).state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config.to_json()))
    model = Generator.load(folder)

    def generator(name):
        if name != "mnist":
            raise ModelError("That model is not on this server any more; choose another one.")
        return model

    return SimpleNamespace(generator=generator, settings=Settings(), model=model)


def wish(**changes):
    keys = [{"seed": 3 + i, "label": i} for i in range(3)]
    base = {"model": "mnist", "keys": keys, "path": "spline", "frames": 30}
    return base | {"fps": 25, "format": "gif", "scale": 2} | changes


def make(studio, folder, **changes):
    return make_file(studio, wish(**changes), folder, lambda done, total: None, threading.Event())


def expected(studio, frames=30):
    z = make_path("spline", latents([3, 4, 5], studio.model.z_dim), frames)
    return studio.model.sample(z, label_weights([0, 1, 2], frames, 10))


def test_gif_is_what_the_generator_draws(studio, tmp_path):
    told = []
    made = make_file(studio, wish(), tmp_path, lambda *at: told.append(at), threading.Event())
    assert made.path.name == "latent-studio-mnist-spline-30f.gif"
    with Image.open(made.path) as gif:
        played = np.stack([np.array(f.convert("L")) for f in ImageSequence.Iterator(gif)])
        assert gif.info["duration"] == 40
    wanted = expected(studio)[..., 0].repeat(2, 1).repeat(2, 2)
    assert played.shape == wanted.shape
    assert np.array_equal(played, wanted)
    assert told == [(i + 1, 30) for i in range(30)]
    assert (made.frames, made.seconds, made.size) == (30, 1.2, made.path.stat().st_size)


def test_preview_is_the_same_pictures(studio):
    shown = preview(studio, wish(frames=40))
    raw = np.frombuffer(base64.b64decode(shown["frames"]), np.uint8)
    assert np.array_equal(raw.reshape(40, 28, 28, 1), expected(studio, 40))
    thumbs = np.frombuffer(base64.b64decode(shown["thumbs"]), np.uint8).reshape(3, 28, 28, 1)
    z = latents([3, 4, 5], studio.model.z_dim)
    assert np.array_equal(thumbs, studio.model.sample(z, np.arange(3)))
    assert preview(studio, wish(frames=3000))["count"] == 240


def test_a_key_may_bring_its_own_latent(studio):
    z = [0.5] * studio.model.z_dim
    clip = Clip.read(studio, wish(keys=[{"z": z, "label": 1}, {"seed": 9, "label": 2}]))
    assert np.allclose(clip.keys[0], 0.5)
    assert clip.z.shape == (30, studio.model.z_dim)


def test_another_models_latent_gives_way_to_its_seed(studio):
    keys = [{"z": [0.5] * 7, "seed": 3, "label": 1}, {"seed": 9, "label": 2}]
    clip = Clip.read(studio, wish(keys=keys))
    assert np.array_equal(clip.keys, latents([3, 9], studio.model.z_dim))


def test_keys_may_blend_classes_and_the_loop_blends_their_weights(studio):
    blend = [0.5, -0.25, 0, 0, 0, 0, 0, 0, 0.75, 0]
    keys = [{"seed": 3, "label": 3, "weights": blend}, {"seed": 4, "label": 1}]
    clip = Clip.read(studio, wish(keys=keys, frames=8))
    share = np.array([1, 0.75, 0.5, 0.25, 0, 0.25, 0.5, 0.75])[:, None]
    assert np.allclose(clip.weights, share * blend + (1 - share) * np.eye(10)[1])
    shown = preview(studio, wish(keys=keys))
    thumbs = np.frombuffer(base64.b64decode(shown["thumbs"]), np.uint8).reshape(2, 28, 28, 1)
    wanted = studio.model.sample(latents([3, 4], 64), np.array([blend, np.eye(10)[1]]))
    assert np.array_equal(thumbs, wanted)


def test_a_weight_of_one_is_that_class(studio):
    plain = preview(studio, wish())
    keys = [{**key, "weights": np.eye(10)[key["label"]].tolist()} for key in wish()["keys"]]
    assert preview(studio, wish(keys=keys)) == plain


def test_another_models_blend_gives_way_to_its_class(studio):
    keys = [{"seed": 3, "label": 3, "weights": [1, 2]}, {"seed": 4, "label": 1}]
    clip = Clip.read(studio, wish(keys=keys))
    assert np.array_equal(clip.classes, np.eye(10)[[3, 1]])


KEY = {"seed": 1, "label": 1}
BAD = [
    ({"keys": []}, "2 to 64 keyframes"),
    ({"keys": [KEY]}, "2 to 64 keyframes"),
    ({"keys": [KEY] * 65}, "2 to 64 keyframes"),
    ({"keys": "12"}, "2 to 64 keyframes"),
    ({"keys": [KEY, None]}, "seed of keyframe 2"),
    ({"keys": [KEY, {"seed": -1, "label": 1}]}, "seed of keyframe 2"),
    ({"keys": [KEY, {"seed": 1, "label": 10}]}, "class of keyframe 2"),
    ({"keys": [KEY, {"seed": 1, "weights": [0.1] * 9}]}, "10 class weights"),
    ({"keys": [KEY, {**KEY, "weights": "0123456789"}]}, "10 class weights"),
    ({"keys": [KEY, {**KEY, "weights": [11] * 10}]}, "between -10 and 10"),
    ({"keys": [KEY, {**KEY, "weights": [True] * 10}]}, "between -10 and 10"),
    ({"keys": [KEY, {**KEY, "weights": [float("nan")] * 10}]}, "between -10 and 10"),
    ({"keys": [KEY, {"z": [float("nan")] * 64, "label": 1}]}, "not a number between"),
    ({"keys": [KEY, {"z": [1e30] * 64, "label": 1}]}, "not a number between"),
    ({"keys": [KEY, {"z": ["a"] * 64, "label": 1}]}, "not a number between"),
    ({"keys": [KEY, {"z": [0.0] * 3, "label": 1}]}, "another model"),
    ({"keys": [KEY] * 3, "path": "circle"}, "exactly 2 keyframes"),
    ({"path": "zigzag"}, "no path"),
    ({"path": ["spline"]}, "no path"),
    ({"model": "../../etc"}, "not on this server"),
    ({"frames": 100_000}, "number of frames"),
    ({"frames": 1}, "number of frames"),
    ({"frames": float("nan")}, "number of frames"),
    ({"frames": "30"}, "number of frames"),
    ({"fps": 0}, "frames a second"),
    ({"fps": 60}, "A GIF plays at"),
    ({"fps": float("inf")}, "Frames a second"),
    ({"fps": None}, "Frames a second"),
    ({"format": "exe"}, "format"),
    ({"format": ["gif"]}, "format"),
    ({"scale": 0}, "enlargement"),
    ({"scale": 37}, "enlargement"),
    ({"scale": 1.5}, "enlargement"),
]


@pytest.mark.parametrize(("change", "says"), BAD)
def test_bad_wishes_get_a_sentence(studio, tmp_path, change, says):
    with pytest.raises(ValueError, match=says) as caught:
        make(studio, tmp_path, **change)
    assert str(caught.value).endswith(".")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("thing", [None, "clip", 3, [], [wish()]])
def test_what_is_no_clip_at_all(studio, tmp_path, thing):
    for ask in (
        lambda: preview(studio, thing),
        lambda: make_file(studio, thing, tmp_path, lambda *at: None, threading.Event()),
    ):
        with pytest.raises(ValueError, match="did not arrive whole"):
            ask()


@pytest.mark.parametrize("kind", ["gif", "mp4", "zip"])
def test_cancel_leaves_no_files(studio, tmp_path, kind):
    stop, seen = threading.Event(), []

    def on_frame(done, total):
        seen.append(done)
        if done == 5:
            stop.set()

    with pytest.raises(Cancelled):
        make_file(studio, wish(format=kind), tmp_path, on_frame, stop)
    assert seen == [1, 2, 3, 4, 5]
    assert not list(tmp_path.iterdir())
