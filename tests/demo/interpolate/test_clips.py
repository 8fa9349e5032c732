"""Exports of clips: the file, its recipe, the server's limits, and stopping.

The studio is a stand-in with one model, so that nothing here needs a training runner.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from demo.interpolate.clips import clip_spec, estimated
from demo.settings import Settings
from gan.media.formats import FPS
from gan.media.writer import Stopped
from gan.models.generator import Generator, ModelError
from gan.models.networks import make_generator
from gan.presets import preset
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.fields import RecipeError


@pytest.fixture(scope="module")
def model():
    config = preset("default")
    return Generator(config, make_generator(config))


@pytest.fixture
def studio(model):
    return Studio(model)


class Studio:
    """A server with the model "mnist"; `trains` hands out another copy on every call."""

    def __init__(self, model, **settings):
        self.model, self.settings, self.training = model, Settings(**settings), False

    def trains(self, name):
        return self.training

    def generator(self, who, name, wait_s=0.0):
        if name != "mnist":
            raise ModelError("That model is not on this server any more; choose another one.")
        if not self.training:
            return self.model
        return Generator(self.model.config, make_generator(self.model.config))


def payload(studio, **changes):
    keys = [{"seed": 3 + i, "class": i} for i in range(3)]
    base = {"latent_studio_clip": 1, "model": "mnist", "model_id": studio.model.model_id}
    return base | {"keys": keys, "frames": 12, "scale": 2, "even": False} | changes


def make(spec, folder, on_frame=lambda done, total: None, stop=None):
    return spec.write(folder, on_frame, stop or threading.Event())


def test_the_file_contains_the_generated_frames_and_its_recipe_is_beside_it(studio, tmp_path):
    reported, wanted = [], clip_spec(studio, "", payload(studio))
    made = make(wanted, tmp_path, lambda *at: reported.append(at))
    assert sorted(tmp_path.iterdir()) == [made.path, made.recipe_path]
    assert made.path.name == "latent-studio-mnist-0-1-2-spline-12f.gif"
    with Image.open(made.path) as gif:
        played = np.stack([np.array(f.convert("L")) for f in ImageSequence.Iterator(gif)])
    plan = wanted.job.plan()
    drawn = studio.model.sample(plan.z, plan.weights)[..., 0]
    assert np.array_equal(played, drawn.repeat(2, 1).repeat(2, 2))
    assert reported == [(done, 12) for done in range(1, 13)]
    assert (made.frames, made.seconds, made.size) == (12, 0.48, made.path.stat().st_size)
    for path in (made.path, made.recipe_path):
        assert ClipRecipe.from_json(fields.read(path)) == wanted.job.recipe


@pytest.mark.parametrize("kind", FPS)
def test_every_format_can_be_exported_at_every_offered_rate(studio, kind):
    for fps in FPS[kind]:
        assert (
            clip_spec(studio, "", payload(studio, format=kind, fps=fps)).job.recipe.format == kind
        )


def test_a_model_in_training_is_copied_and_its_weights_named(studio):
    studio.training = True
    one, other = (clip_spec(studio, "", payload(studio)) for _ in range(2))
    assert one.job.recipe.model_id == one.job.generator.model_id != other.job.recipe.model_id
    assert not one.other_weights


def test_other_weights_of_a_finished_model_are_reported(studio):
    wanted = clip_spec(studio, "", payload(studio, model_id="0" * 12))
    assert wanted.other_weights and wanted.job.recipe.model_id == studio.model.model_id
    assert not clip_spec(studio, "", payload(studio)).other_weights


BAD = [
    ({"model": "../../etc"}, ModelError, "not on this server"),
    ({"keys": []}, RecipeError, "keyframes"),
    ({"fps": 0}, RecipeError, "fps"),
    ({"fps": 60}, ValueError, "A GIF plays at"),
    ({"keys": [{"seed": 1, "class": 11}] * 2}, RecipeError, "class"),
    ({"keys": [{"seed": 1, "class": 1, "z": "AAAAAAAAAAA="}] * 2}, RecipeError, "model"),
    ({"frames": 100_000}, ValueError, "100,000 frames.*at most 3,000"),
    ({"scale": 37}, ValueError, "1,036 x 1,036 px.*at most 1,024"),
    ({"scale": 36, "border": 9}, ValueError, "1,026 x 1,026 px"),
    ({"scale": 36, "caption": "a"}, ValueError, "px a side"),
    ({"scale": 10, "tiles": 4}, ValueError, "1,120 x 1,120 px"),
    ({"scale": 30, "frames": 3000}, ValueError, "2,117 million pixels.*at most 2,000 million"),
]


@pytest.mark.parametrize(("change", "kind", "says"), BAD)
def test_invalid_requests_raise_a_message(studio, change, kind, says):
    with pytest.raises(kind, match=says) as caught:
        clip_spec(studio, "", payload(studio, **change))
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("thing", [None, "clip", 3, [], {"model": "mnist"}])
def test_other_payloads_raise_a_recipe_error(studio, thing):
    with pytest.raises(RecipeError):
        clip_spec(studio, "", thing)


def test_the_limits_are_those_of_the_settings(model):
    roomy = Studio(model, max_frames=10**6, max_side_px=4096, max_megapixels=10**6)
    assert clip_spec(roomy, "", payload(roomy, frames=4000, scale=40))
    tight = Studio(model, max_frames=11)
    with pytest.raises(ValueError, match="at most 11"):
        clip_spec(tight, "", payload(tight))


def test_each_limit_has_an_environment_variable():
    limits = {"max_frames": 7, "max_side_px": 8, "max_megapixels": 9, "exports_at_once": 10}
    env = {f"LATENT_STUDIO_{name.upper()}": str(value) for name, value in limits.items()}
    settings = Settings.from_env(env)
    assert {name: getattr(settings, name) for name in limits} == limits
    documented = (Path(__file__).parents[3] / "docs/settings.md").read_text()
    assert all(f"`{name}`" in documented for name in env)
    with pytest.raises(SystemExit, match="EXPORTS_AT_ONCE is '0'"):
        Settings.from_env({"LATENT_STUDIO_EXPORTS_AT_ONCE": "0"})


def test_large_exports_are_long(studio):
    assert not clip_spec(studio, "", payload(studio, frames=240, scale=16)).long
    big = clip_spec(studio, "", payload(studio, frames=3000, scale=16))
    assert big.long and big.pixels == 3000 * 448**2
    assert clip_spec(studio, "", payload(studio, frames=3000, scale=1, tiles=4)).long  # to draw


def test_stop_ends_the_planning(studio, tmp_path):
    stop = threading.Event()

    class Model:
        def __getattr__(self, name):
            return getattr(studio.model, name)

        def sample(self, z, classes=None):
            assert not stop.is_set(), "drew on after it was stopped"
            stop.set()
            return studio.model.sample(z, classes)

    wanted = clip_spec(studio, "", payload(studio, even=True, frames=500))
    wanted.job.generator = Model()
    with pytest.raises(Stopped):
        make(wanted, tmp_path, stop=stop)
    assert not list(tmp_path.iterdir())


def test_an_estimate_is_close_to_the_export(studio, tmp_path):
    wanted = clip_spec(studio, "", payload(studio, frames=60, scale=8))
    figures = estimated(wanted)
    size = make(wanted, tmp_path).size
    assert abs(figures["bytes"] / size - 1) < 0.25 and figures["seconds"] > 0
