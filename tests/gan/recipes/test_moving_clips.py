"""Clips of a model of clips: the content passes the keyframes, one motion goes on and closes."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageSequence

from gan.config import Config
from gan.latent.latents import latents
from gan.latent.tiles import tile
from gan.media.formats import FORMATS
from gan.models.motion import FRAMES_PER_S
from gan.presets import preset
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.keyframe import Key
from gan.recipes.render import RenderJob, draw
from tests.frames import name
from tests.models import randomised

MOTION = 9
KEYS = tuple(Key(seed, classes=seed) for seed in range(3))
RECIPE = ClipRecipe("mnist", "0" * 12, KEYS, even=False, frames=50, scale=1)


@pytest.fixture(scope="module")
def generator():
    return randomised(preset("video", width=4, z_dim=24, motion_dim=MOTION))


def planned(generator, **changes):
    return RenderJob(replace(RECIPE, **changes), generator).plan()


def test_the_motion_of_the_first_keyframe_goes_on_through_all_keyframes(generator):
    plan = planned(generator, closed=False, motion=0.5, path="slerp")
    keys = latents(range(3), 24)
    times = 0.5 * FRAMES_PER_S / 25 * np.arange(50)
    asked = generator.moved(keys[:1], times)[0]
    np.testing.assert_allclose(plan.z[:, -MOTION:], asked[:, -MOTION:], atol=1e-6)
    content = plan.z[:, :-MOTION]
    for frame, key in ((0, 0), (-1, 2)):
        cosine = content[frame] @ keys[key, :-MOTION]
        cosine /= np.linalg.norm(content[frame]) * np.linalg.norm(keys[key, :-MOTION])
        assert cosine == pytest.approx(1, abs=1e-6)
    assert np.array_equal(plan.anchors[:, -MOTION:], np.repeat(keys[:1, -MOTION:], 3, axis=0))


@pytest.mark.parametrize(
    "changes",
    [{}, {"back": True, "closed": False}, {"keys": KEYS[:1], "closed": False}, {"path": "walk"},
     {"path": "circle", "keys": KEYS[:2]}, {"motion": 4.0, "fps": 33.3}],
)  # fmt: skip
def test_a_clip_that_closes_returns_to_its_first_motion(generator, changes):
    plan = planned(generator, **changes)
    assert plan.closes
    motion = plan.z[:, -MOTION:-3].astype(float)
    # each oscillator turns by the same angle in every frame, the closing one too
    points = motion[:, :3] + 1j * motion[:, 3:]
    turns = np.roll(points, -1, axis=0) / points
    np.testing.assert_allclose(turns, np.broadcast_to(turns[0], turns.shape), atol=1e-3)
    assert np.abs(turns - 1).max() > 0.01
    assert (plan.z[:, -3:] == plan.z[0, -3:]).all()


def test_a_single_keyframe_is_a_clip_of_it(generator):
    plan = planned(generator, keys=KEYS[1:2], even=True)
    assert np.abs(plan.z[:, :-MOTION] - plan.z[0, :-MOTION]).max() < 1e-6
    pictures = draw(plan, generator, slice(None))
    assert (pictures != pictures[0]).any()


def test_at_zero_the_motion_stands_still(generator):
    plan = planned(generator, motion=0.0)
    assert (plan.z[:, -MOTION:] == plan.z[0, -MOTION:]).all()
    assert (plan.z[:, :-MOTION] == planned(generator).z[:, :-MOTION]).all()


def test_constant_speed_is_measured_without_motion(generator):
    slow, fast = (planned(generator, even=True, motion=factor) for factor in (0.0, 2.0))
    np.testing.assert_array_equal(slow.u, fast.u)


def test_the_loops_of_a_grid_share_the_motion(generator):
    plan = planned(generator, tiles=2)
    for index in range(1, 4):
        other = tile(plan.z, index, plan.content)
        assert (other[:, -MOTION:] == plan.z[:, -MOTION:]).all()
        assert (other[:, :-MOTION] != plan.z[:, :-MOTION]).any()
        alone = generator.sample(other, plan.weights)
        there = draw(plan, generator, slice(None))
        row, column = divmod(index, 2)
        found = there[:, 32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        assert (found == alone).mean() > 0.999


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_carries_its_motion_and_is_made_again_from_it(tmp_path, generator, format):
    recipe = replace(RECIPE, motion=0.5, format=format, frames=12)
    path = RenderJob(recipe, generator).render(tmp_path / name(format))
    kept = ClipRecipe.from_json(fields.read(path))
    assert kept == replace(recipe, model_id=generator.model_id)
    again = RenderJob(kept, generator).render(tmp_path / f"again-{name(format)}")
    assert again.read_bytes() == path.read_bytes()


def test_the_frames_of_a_file_are_those_of_the_clip(tmp_path, generator):
    recipe = replace(RECIPE, keys=KEYS[:1], format="apng", fps=12.5, frames=30)
    path = RenderJob(recipe, generator).render(tmp_path / "a.png")
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        found = np.stack([np.asarray(f.convert("L")) for f in ImageSequence.Iterator(picture)])
    z = planned(generator, keys=KEYS[:1], frames=2).anchors
    asked = generator.clips(z, np.arange(30), 0, period=30)[0, ..., 0]
    assert np.abs(found.astype(int) - asked).max() <= 1


def test_motion_is_nothing_to_a_model_of_images(tmp_path):
    images = randomised(Config(conditional=True, width=4, z_dim=8))
    one, other = (RenderJob(replace(RECIPE, motion=factor), images) for factor in (1.0, 3.0))
    np.testing.assert_array_equal(one.plan().z, other.plan().z)
    assert "motion" not in fields.load(one.settings.note)
