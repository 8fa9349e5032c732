"""The film of a run: all snapshots in order, the last one held, one frame in memory."""

from __future__ import annotations

import json
import shutil
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from gan.data.image_set import ASSETS
from gan.media import embedded
from gan.media.captions import strip_height
from gan.presets import preset
from gan.recipes import fields, training_film
from gan.recipes.fields import RecipeError
from gan.recipes.training_film import FilmJob, FilmRecipe

STEPS = (0, 30, 100, 1500)
CELL = 4
PLAIN = {"latent_studio_growth": 1, "model": "mnist"}


def sheet(number):
    """A contact sheet of which every picture, and every pixel in it, is another."""
    cells = np.arange(60 * CELL * CELL) * 7 + number
    return (cells % 256).astype(np.uint8).reshape(6 * CELL, 10 * CELL)


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    (folder / "snapshots").mkdir(parents=True)
    for number, step in enumerate(STEPS):
        Image.fromarray(sheet(number)).save(folder / f"snapshots/{step:08d}.png")
    (folder / "config.json").write_text(json.dumps(preset("default").to_json()))
    return folder


def film(run, **fields):
    fields = {"model": "run:run", "seconds": 2, "fps": 10, "scale": 1, "caption": False} | fields
    return list(FilmJob(FilmRecipe(**fields), run).frames())


def test_snapshots_are_shown_equally_long_and_the_last_for_a_second(run):
    found = film(run)
    assert len(found) == 20
    order = [next(n for n in range(4) if (one[..., 0] == sheet(n)).all()) for one in found]
    assert order == sorted(order) and order[-11:].count(3) >= 10
    assert [order.count(number) for number in range(3)] in ([4, 3, 3], [3, 4, 3], [3, 3, 4])


@pytest.mark.parametrize(("snapshots", "frames", "fps"), [(2, 2, 0.5), (64, 250, 25), (64, 20, 10),
                                                          (5, 2, 50), (2, 4800, 240)])  # fmt: skip
def test_every_film_ends_with_the_last_snapshot(snapshots, frames, fps):
    shown = training_film.shown(snapshots, frames, fps)
    assert len(shown) == frames and shown[0] == 0 and shown[-1] == snapshots - 1
    assert (np.diff(shown) >= 0).all() and shown.max() < snapshots
    if frames > 2 * snapshots + fps:
        assert set(shown) == set(range(snapshots))


def test_the_film_of_a_class_shows_its_column(run):
    found = film(run, column=3)[0]
    assert found.shape == (2 * CELL, 3 * CELL, 1)
    whole = sheet(0)[:, 3 * CELL : 4 * CELL]
    for number in range(6):
        row, column = divmod(number, 3)
        there = found[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL, 0]
        assert (there == whole[number * CELL : (number + 1) * CELL]).all()


def test_frames_are_enlarged_and_captioned_with_the_step(run):
    found = film(run, scale=8, caption=True)
    height, width = 6 * CELL * 8, 10 * CELL * 8
    assert found[0].shape == (height + strip_height(width), width, 1)
    assert (found[0][:height, :, 0] == sheet(0).repeat(8, 0).repeat(8, 1)).all()
    texts = [one[height:] for one in found]
    assert texts[0].any() and (texts[0] != texts[-1]).any()


def test_the_film_of_the_bundled_run_embeds_its_recipe(tmp_path):
    recipe = FilmRecipe("mnist", seconds=2, fps=10, format="gif", scale=1)
    path = FilmJob(recipe, ASSETS / "models/mnist").render(tmp_path / "a.gif")
    assert FilmRecipe.from_json(fields.load(embedded.read_text(path))) == recipe
    with Image.open(path) as image:
        assert sum(image.seek(i) or image.info["duration"] for i in range(image.n_frames)) == 2000
        last = next(reversed(list(FilmJob(recipe, ASSETS / "models/mnist").frames())))
        assert (np.asarray(image.convert("L")) == last[..., 0]).all()
    again = FilmJob(recipe, ASSETS / "models/mnist").render(tmp_path / "b.gif")
    assert again.read_bytes() == path.read_bytes()


def test_memory_does_not_grow_with_the_length_of_a_film(run):
    used = []
    for seconds in (2, 60):
        tracemalloc.start()
        for _ in FilmJob(FilmRecipe("run:run", seconds, 50, scale=8), run).frames():
            pass
        used.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert used[1] < used[0] + 500_000


def test_a_snapshot_removed_during_the_export_is_skipped(run):
    found = FilmJob(FilmRecipe("run:run", 2, 10, scale=1, caption=False), run).frames()
    first = next(found)
    (run / "snapshots/00000100.png").unlink()
    rest = list(found)
    assert len(rest) == 19 and (first[..., 0] == sheet(0)).all()
    assert (rest[-1][..., 0] == sheet(3)).all()


def test_runs_without_usable_snapshots_raise_a_message(run, tmp_path):
    with pytest.raises(ValueError, match="has 0 snapshots"):
        film(tmp_path)
    bare = preset("unconditional").to_json()
    (run / "config.json").write_text(json.dumps(bare))
    with pytest.raises(ValueError, match="no classes"):
        film(run, column=1)
    (run / "config.json").unlink()
    with pytest.raises(ValueError, match="settings of the run"):
        film(run, column=1)
    last = run / "snapshots/00001500.png"
    Image.new("L", (40, 48)).save(last)
    with pytest.raises(ValueError, match="one size"):
        film(run)
    Image.new("L", (41, 24)).save(last)
    with pytest.raises(ValueError, match="not a sheet"):
        film(run)
    last.write_bytes(b"hello")
    with pytest.raises(ValueError, match="00001500.png of this run is damaged"):
        film(run)
    shutil.rmtree(run / "snapshots")
    with pytest.raises(ValueError, match="has 0 snapshots"):
        film(run)


def test_film_recipes_round_trip_and_invalid_ones_raise_a_message():
    full = PLAIN | {"seconds": 30, "fps": 12.5, "format": "webm", "scale": 4, "column": 9,
                    "caption": False}  # fmt: skip
    for given in (PLAIN, full, PLAIN | {"column": None, "unknown": 1}):
        recipe = FilmRecipe.from_json(fields.load(json.dumps(given)))
        assert FilmRecipe.from_json(fields.load(recipe.to_text())) == recipe
    assert FilmRecipe.from_json(full).to_json() == full
    for field, values in {
        "model": (None, "", 7),
        "seconds": (1.9, 121, "8", True, None, float("nan")),
        "fps": (0, -1, 241, "25", None),
        "format": ("gifs", None, 3),
        "scale": (0, 65, 1.5, None),
        "column": (-1, 10, 1.5, "3", True),
        "caption": (0, "yes", None),
    }.items():
        for bad in values:
            with pytest.raises(RecipeError, match=f"recipe's {field} must"):
                FilmRecipe.from_json(PLAIN | {field: bad})
    for bad in (None, [], {}, {"latent_studio_clip": 1}, PLAIN | {"latent_studio_growth": 0}):
        with pytest.raises(RecipeError, match="not the recipe of a training video"):
            FilmRecipe.from_json(bad)
    with pytest.raises(RecipeError, match="newer"):
        FilmRecipe.from_json(PLAIN | {"latent_studio_growth": 2})
