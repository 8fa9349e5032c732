"""Films of runs as files, within the limits of the server."""

import shutil
import threading
from dataclasses import replace
from types import SimpleNamespace

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from demo import text
from demo.server.gate import Gate
from demo.server.privacy import Privacy
from demo.settings import Settings
from demo.train.watch.film import SIZES, film_spec, size_labels
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
    runner = SimpleNamespace(status=status)
    gate = Gate(settings, Privacy(settings))
    return SimpleNamespace(
        settings=settings,
        gate=gate,
        access=SimpleNamespace(privacy=Privacy(settings)),
        runner=runner,
        current=lambda who: runner.status,
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
    assert reported[-1] == (made.frames, made.frames)
    assert made.frames == (3 if kind == "gif" else 200)  # a GIF repeats no snapshot
    assert '"model":"run:first"' in made.recipe_path.read_text()
    grey = iio.imread(made.path)[:, 40, 40].reshape(made.frames, -1).mean(axis=1)
    assert abs(grey[0]) < 4 and abs(grey[-1] - 100) < 4 and (np.diff(grey) >= 0).all()


def test_the_size_of_a_film_is_limited(studio):
    for most, scales in ((1024, [1, 2, 3]), (600, [1, 2, 2]), (10, [1, 1, 1])):
        studio.settings = replace(studio.settings, max_side_px=most)
        specs = [film_spec(studio, "", "gif", size=size) for size in SIZES]
        assert [spec.job.recipe.scale for spec in specs] == scales


@pytest.mark.slow
@pytest.mark.parametrize("snapshots", [4, 128])
def test_a_gif_of_noise_in_colour_stays_small_and_its_size_is_foretold(studio, tmp_path, snapshots):
    sheets = tmp_path / "runs/first/snapshots"
    shutil.rmtree(sheets)
    sheets.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (192, 320, 3), dtype=np.uint8)
    for step in range(snapshots):
        Image.fromarray(np.roll(noise, step, axis=0)).save(sheets / f"{step:08d}.png")
    spec = film_spec(studio, "", "gif")
    labels = dict((size, label) for label, size in size_labels(studio, "", "gif", None, text.say))
    assert spec.job.recipe.frames - spec.job.recipe.fps <= snapshots
    if snapshots == 4:  # the others take long to write
        made = spec.write(tmp_path, lambda *at: None, threading.Event())
        foretold = float(labels["medium"].split("about ")[1].split()[0]) * 1e6
        assert 0.7 < made.path.stat().st_size / foretold < 1.4
    megabytes = [float(label.split("about ")[1].split()[0]) for label in labels.values()]
    assert megabytes[1] <= 8.2 <= megabytes[2] or snapshots < 128


@pytest.mark.parametrize("size", ["huge", None, ["small"]])
def test_unknown_sizes_are_refused(studio, size):
    with pytest.raises(ValueError, match="Choose small, medium, large"):
        film_spec(studio, "", "gif", size=size)


@pytest.mark.parametrize("kind", ["exe", None, ["gif"], "sprite"])
def test_unknown_formats_are_refused(studio, kind):
    with pytest.raises(ValueError, match="Choose GIF, MP4 or WebM"):
        film_spec(studio, "", kind)


def test_a_run_without_a_film_is_an_error(studio):
    studio.runner.status = RunStatus()  # and no bundled model either
    with pytest.raises(ValueError, match="video needs at least 2"):
        film_spec(studio, "", "gif")
