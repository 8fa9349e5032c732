"""Arguments are checked before anything is loaded, and follow the rules of the page."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from gan.cli.main import main
from gan.latent.latents import SEED_MAX, latents
from gan.models.generator import Generator
from gan.paths import ASSETS, ROOT
from gan.recipes.image_recipe import Recipe, save_png

MODEL = str(ASSETS / "models/mnist")
SAMPLE = ["sample", "--model", MODEL, "--count", "1"]
LOOP = ["interpolate", "--model", MODEL, "--seeds", "1,2", "--frames", "3", "--scale", "1"]
TRAIN = ["train", "--out", "run"]
TOO_LARGE = "1" + 5000 * "0"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, with a picture, a clip and an empty folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.gif").mkdir()
    assert main([*LOOP, "--out", "clip.gif"]) == 0
    recipe = Recipe("mnist", "0" * 12, 5, classes=3)
    save_png("picture.png", np.zeros((28, 28, 1), np.uint8), recipe)
    return tmp_path


@pytest.fixture
def unloaded(monkeypatch):
    """Fail if a model is loaded."""
    monkeypatch.setattr(Generator, "load", lambda *_: pytest.fail("a model was loaded"))


@pytest.mark.parametrize("wrong", ["-1", "nan", "1e400", TOO_LARGE])
@pytest.mark.parametrize(
    "arguments",
    [
        [*SAMPLE, "--out", "a.png", "--count"],
        [*SAMPLE, "--out", "a.png", "--seed"],
        [*SAMPLE, "--out", "a.png", "--label"],
        ["draw", "a.png", "--scale"],
        ["evaluate", MODEL, "--count"],
        ["evaluate", MODEL, "--seed"],
        [*TRAIN, "--seed"],
        [*TRAIN, "--steps"],
        [*TRAIN, "--size"],
        ["images", "a.zip", "--most"],
        ["resume", "run", "--steps"],
        [*LOOP, "--out", "a.gif", "--frames"],
        [*LOOP, "--out", "a.gif", "--scale"],
    ],
)
def test_a_wrong_number_names_its_option(arguments, wrong, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    *given, option = arguments
    try:
        status = main([*given, f"{option}={wrong}"])
    except SystemExit as error:
        status = error.code
    said = capsys.readouterr().err
    assert status == 2 and option.strip("-") in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--seconds", "--save-every"])
@pytest.mark.parametrize("wrong", ["-1", "nan", "1e400"])
def test_a_wrong_duration_names_its_option(option, wrong, capsys):
    with pytest.raises(SystemExit):
        main([*TRAIN, f"{option}={wrong}"])
    assert f"argument {option}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("none/a.EXT", "There is no folder none to write into."),
        ("clip.gif/a.EXT", "There is no folder clip.gif to write into."),
        ("/proc/a.EXT", "The folder /proc cannot be written to"),
        ("folder.gif", "folder.gif"),  # the wrong suffix, or a folder
        ("a", "must end in"),
        ("a.tiff", "must end in"),
        ("a" * 300 + ".EXT", "File name too long"),
    ],
)
def test_the_output_is_checked_before_anything_is_drawn(folder, unloaded, capsys, out, sentence):
    before = sorted(path.name for path in folder.iterdir())
    for suffix, arguments in (
        ("png", SAMPLE),
        ("npz", SAMPLE),
        ("png", ["draw", "picture.png"]),
        ("gif", LOOP),
        ("gif", ["render", "clip.gif"]),
    ):
        assert main([*arguments, "--out", out.replace("EXT", suffix)]) == 2
        assert sentence in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_run_is_refused_before_images_are_read(folder, capsys):
    for out, setting, sentence in (
        (".", "width=8", "is not empty"),
        ("clip.gif/run", "width=8", "There is no folder"),
        ("run", "width=1", "between 4 and"),
        ("run", "colour=3", "Unknown setting"),
    ):
        images = ["--images", "no images", "--set", setting]
        assert main(["train", *images, "--out", out]) == 2
        assert sentence in capsys.readouterr().err


def test_a_suffix_may_be_in_capitals(folder):
    for arguments, name in (
        (SAMPLE, "A.PNG"),
        (SAMPLE, "A.NPZ"),
        (["draw", "picture.png"], "B.PNG"),
        (LOOP, "A.GIF"),
        (["render", "clip.gif"], "B.GIF"),
    ):
        assert main([*arguments, "--out", name]) == 0
        assert (folder / name).is_file()
    assert np.load("A.NPZ")["images"].shape == (1, 28, 28, 1)


def test_a_tilde_is_the_home_folder(folder, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    assert main([*SAMPLE, "--out", "~/a.png"]) == 0 and (folder / "a.png").is_file()
    assert main(["render", "~/clip.gif", "--out", "~/b.gif"]) == 0
    with pytest.raises(SystemExit):
        main([*SAMPLE, "--out", "~nobody-of-this-name/a.png"])
    assert "~nobody-of-this-name" in capsys.readouterr().err


@pytest.mark.parametrize("seed", [7, SEED_MAX])
def test_a_seed_is_one_picture_for_all_commands(tmp_path, monkeypatch, seed):
    monkeypatch.chdir(tmp_path)
    of_seed = ["--model", MODEL, "--seed", str(seed), "--label", "3", "--count"]
    assert main(["sample", *of_seed, "1", "--out", "a.png"]) == 0
    assert main(["sample", *of_seed, "3", "--out", "a.npz"]) == 0
    seeds = f"{seed},{(seed + 1) % (SEED_MAX + 1)}"
    loop = ["--seeds", seeds, "--labels", "3,3", "--frames", "2", "--scale", "1", "--open"]
    loop += ["--path", "slerp"]  # the spline moves keyframes onto the sphere
    assert main(["interpolate", "--model", MODEL, *loop, "--out", "a.gif"]) == 0

    model = Generator.load(MODEL)
    wanted = model.sample(latents([seed], model.z_dim), 3)[0, ..., 0]
    drawn = Recipe("mnist", model.model_id, seed, classes=3).draw(model)
    assert (drawn[..., 0] == wanted).all()  # as on the page
    for name in ("a.png", "a.gif"):
        with Image.open(name) as image:
            assert np.abs(np.asarray(image.convert("L")).astype(int) - wanted).max() <= 1
    images = np.load("a.npz")["images"]
    assert np.abs(images[0, ..., 0].astype(int) - wanted).max() <= 1
    following = model.sample(latents([(seed + 2) % (SEED_MAX + 1)], model.z_dim), 3)[0]
    assert np.abs(images[2].astype(int) - following).max() <= 1


def test_text_that_the_console_lacks_is_escaped(folder, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr("sys.stdout", console)
    assert main([*SAMPLE, "--out", "猫.png"]) == 0
    assert console.buffer.getvalue().startswith(rb"\u732b.png: 1 images")


def test_a_closed_pipe_ends_without_a_traceback(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "gan", *SAMPLE, "--out", str(tmp_path / "a.png")]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"")


def test_the_folder_of_a_card_is_checked_before_measuring(monkeypatch, capsys):
    def read_only(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", read_only)
    monkeypatch.setattr("gan.metrics.evaluate.evaluate", lambda *_: pytest.fail("measured"))
    assert main(["evaluate", MODEL, "--card", "--only", "frechet"]) == 2
    assert "cannot be written to: Read-only file system" in capsys.readouterr().err
