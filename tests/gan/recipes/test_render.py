"""Render a recipe to a file, drawing ahead of the encoder."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from gan.config import Config
from gan.latent.tiles import tile
from gan.media import embedded
from gan.media.formats import FORMATS
from gan.media.writer import Stopped
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.keyframe import Key
from gan.recipes.render import RenderJob, draw
from gan.system.prefetch import prefetch
from tests.frames import name, read, rgb
from tests.models import randomised
from tests.waiting import NewThreads, until

KEYS = tuple(Key(seed, classes=seed) for seed in range(3))
RECIPE = ClipRecipe("mnist", "0" * 12, KEYS, even=False, frames=40, scale=2)


@pytest.fixture(scope="module")
def generator():
    return randomised(Config(conditional=True, width=8, z_dim=8))


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_contains_the_styled_frames_and_the_recipe(tmp_path, generator, format):
    recipe = replace(RECIPE, format=format, caption="Hand", border=2, colours="ember", tiles=2)
    reported = []
    job = RenderJob(recipe, generator)
    path = job.render(tmp_path / name(format), reported.append)
    style = job.settings.style
    styled = [style.apply(picture) for picture in draw(job.plan(), generator, slice(None))]
    assert job.size == styled[0].shape and job.images == 160
    decoded = read(format, path, styled[0].shape, 40)
    if format in ("mp4", "webm"):
        assert np.abs(decoded.astype(int) - rgb(styled)).mean() < 9
    else:
        # batches of another size may round one level differently
        assert (decoded == rgb(styled)).mean() > 0.999
    assert reported == list(range(1, 41))
    kept = ClipRecipe.from_json(fields.load(embedded.read_text(path)))
    assert kept == replace(recipe, model_id=generator.model_id), "it says what really drew it"


def test_the_same_recipe_makes_the_same_bytes(tmp_path, generator):
    for format in ("gif", "mp4"):
        recipe = replace(RECIPE, format=format)
        job = RenderJob(recipe, generator)
        files = [job.render(tmp_path / f"{n}-{name(format)}") for n in (1, 2)]
        assert files[0].read_bytes() == files[1].read_bytes()


def test_loops_are_arranged_in_a_grid(generator):
    recipe = replace(RECIPE, tiles=3, frames=5)
    job = RenderJob(recipe, generator)
    plan = job.plan()
    pictures = list(job.frames(plan))
    assert len(pictures) == 5 and pictures[0].shape == (84, 84, 1)
    for index in range(9):
        row, column = divmod(index, 3)
        alone = generator.sample(tile(plan.z, index), plan.weights)
        there = np.stack(pictures)[:, 28 * row : 28 * row + 28, 28 * column : 28 * column + 28]
        assert (there == alone).mean() > 0.999


@pytest.mark.parametrize("after", [0, 3])
def test_stop_ends_planning_and_drawing(tmp_path, generator, after):
    stop, threads = threading.Event(), NewThreads()

    class Slow:
        def __init__(self):
            self.drawn = 0

        def __getattr__(self, attribute):
            return getattr(generator, attribute)

        def sample(self, *given):
            self.drawn += 1
            if self.drawn > after:
                stop.set()
            return generator.sample(*given)

    slow = Slow()
    with pytest.raises(Stopped):
        job = RenderJob(replace(RECIPE, even=True, frames=9000), slow)
        job.render(tmp_path / "a.gif", stop=stop)
    assert slow.drawn <= after + 6
    assert list(tmp_path.iterdir()) == []
    assert not threads.alive()


def test_prefetch_produces_no_more_than_its_depth_in_advance():
    made, threads = [], NewThreads()

    def things():
        for number in range(100):
            made.append(number)
            yield number

    iterator = prefetch(things(), 3)
    assert next(iterator) == 0
    until(lambda: len(made) >= 4)
    assert len(made) == 4 and threads.alive()  # one asked for, three waiting
    assert [next(iterator) for _ in range(9)] == list(range(1, 10))
    iterator.close()
    assert len(made) < 15 and not threads.alive()


def test_prefetch_raises_errors_in_order():
    def things():
        yield 1
        raise KeyError("gone")

    iterator = prefetch(things(), 5)
    assert next(iterator) == 1
    with pytest.raises(KeyError, match="gone"):
        next(iterator)
