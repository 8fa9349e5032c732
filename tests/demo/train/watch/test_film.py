"""Films of runs as files, within the limits of the server."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from demo.server.privacy import Privacy
from demo.settings import Settings
from demo.train.watch.film import film_spec
from gan.runner.status import RunStatus


@pytest.fixture
def studio(tmp_path):
    """A server whose current run "first" has ever lighter snapshots."""
    sheets = tmp_path / "runs/first/snapshots"
    sheets.mkdir(parents=True)
    for step in (0, 10, 100):
        Image.fromarray(np.full((168, 280), step, np.uint8)).save(sheets / f"{step:08d}.png")
    status = RunStatus(run="first")
    settings = Settings(tmp_path / "runs", tmp_path / "models", max_side_px=300)
    return SimpleNamespace(
        settings=settings,
        access=SimpleNamespace(privacy=Privacy(settings)),
        runner=SimpleNamespace(status=status),
    )


def make(studio, kind, folder):
    reported = []
    made = film_spec(studio, "", kind).write(
        folder, lambda *at: reported.append(at), threading.Event()
    )
    return made, reported


@pytest.mark.parametrize("kind", ["gif", "mp4", "webm"])
def test_a_film_covers_the_whole_run(studio, tmp_path, kind):
    folder = tmp_path / "out"
    folder.mkdir()
    made, reported = make(studio, kind, folder)
    assert sorted(folder.iterdir()) == sorted([made.path, made.recipe_path])
    assert made.path.name == f"latent-studio-run-first-growth.{kind}"
    assert reported[-1] == (made.frames, made.frames) == (200, 200)
    assert '"model":"run:first"' in made.recipe_path.read_text()
    grey = iio.imread(made.path)[:, 40, 40].reshape(made.frames, -1).mean(axis=1)
    assert abs(grey[0]) < 4 and abs(grey[-1] - 100) < 4 and (np.diff(grey) >= 0).all()


def test_the_size_of_a_film_is_limited(studio):
    for most, scale in ((1024, 3), (600, 2), (10, 1)):
        studio.settings = replace(studio.settings, max_side_px=most)
        assert film_spec(studio, "", "gif").job.recipe.scale == scale


@pytest.mark.parametrize("kind", ["exe", None, ["gif"], "sprite"])
def test_unknown_formats_are_refused(studio, kind):
    with pytest.raises(ValueError, match="Choose GIF, MP4 or WebM"):
        film_spec(studio, "", kind)


def test_a_run_without_a_film_is_an_error(studio):
    studio.runner.status = RunStatus()  # and no bundled model either
    with pytest.raises(ValueError, match="video needs at least 2"):
        film_spec(studio, "", "gif")
