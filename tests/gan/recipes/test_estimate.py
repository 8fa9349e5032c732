"""Estimates agree with the export."""

from dataclasses import replace
from pathlib import Path

import pytest

from gan.media.formats import FORMATS
from gan.models.generator import Generator
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.estimate import estimate
from gan.recipes.keyframe import Key
from gan.recipes.render import RenderJob

RECIPE = ClipRecipe(
    "mnist", "0" * 12, tuple(Key(seed, classes=seed) for seed in range(4)), even=False, scale=3
)


@pytest.fixture(scope="module")
def generator():
    return Generator.load(Path(__file__).parents[3] / "assets/models/mnist")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "changes",
    [
        {"frames": 20},
        {"frames": 300, "smooth": True, "colours": "ocean"},
        {"frames": 300, "path": "slerp", "easing": "hold", "caption": "Rests", "border": 3},
    ],
    ids=["short", "smooth", "rests"],
)
def test_estimated_bytes_are_within_a_quarter(tmp_path, generator, format, changes):
    recipe = replace(RECIPE, format=format, **changes)
    job = RenderJob(recipe, generator)
    said = estimate(job)
    truth = job.render(tmp_path / "a").stat().st_size
    assert said.bytes == pytest.approx(truth, rel=0 if recipe.frames == 20 else 0.25)
    assert said.seconds > 0


def test_more_and_larger_frames_take_longer(generator):
    small = estimate(RenderJob(replace(RECIPE, frames=600), generator))
    large = estimate(RenderJob(replace(RECIPE, frames=6000, scale=16), generator))
    assert large.seconds > 5 * small.seconds
    assert large.bytes > 5 * small.bytes


def test_clips_that_cannot_be_exported_cannot_be_estimated(generator):
    for changes in ({"fps": 30}, {"format": "sprite", "frames": 90_000}, {"caption": "数"}):
        with pytest.raises(ValueError):
            estimate(RenderJob(replace(RECIPE, **changes), generator))
