"""The command line's stable forms, run as a user runs them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan.cli import main
from gan.data import ASSETS
from gan.generator import Generator
from gan.latents import latent
from gan.recipe import Recipe, save_png

FAST = ["--set", "width=8", "--set", "batch_size=8"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A run of 20 steps made by `train`."""
    folder = tmp_path_factory.mktemp("cli") / "run"
    assert main(["train", "--steps", "20", "--seed", "3", "--out", str(folder), *FAST]) == 0
    return str(folder)


def test_train_and_resume_count_steps_from_zero(model, capsys):
    assert main(["resume", model, "--steps", "30"]) == 0
    assert "step 30" in capsys.readouterr().out
    assert main(["resume", model, "--seconds", "0.2"]) == 0
    assert main(["resume", model, "--steps", "5"]) == 2
    assert "already" in capsys.readouterr().err


def test_sample_npz_is_balanced_and_seeded(model, tmp_path):
    for name in ("a.npz", "b.npz"):
        args = ["sample", "--model", model, "--count", "30", "--seed", "5"]
        assert main([*args, "--out", str(tmp_path / name)]) == 0
    first, second = np.load(tmp_path / "a.npz"), np.load(tmp_path / "b.npz")
    assert first["images"].shape == (30, 28, 28, 1) and first["images"].dtype == np.uint8
    assert first["labels"].dtype == np.int64
    assert np.bincount(first["labels"]).tolist() == [3] * 10
    np.testing.assert_array_equal(first["images"], second["images"])


def test_sample_of_one_label_and_a_grid(model, tmp_path):
    out = tmp_path / "a.npz"
    args = ["sample", "--model", model, "--count", "4", "--label", "7"]
    assert main([*args, "--out", str(out)]) == 0
    assert np.load(out)["labels"].tolist() == [7] * 4
    args = ["sample", "--model", model, "--count", "20", "--out", str(tmp_path / "g.png")]
    assert main(args) == 0
    assert Image.open(tmp_path / "g.png").size == (280, 56)


def test_draw_makes_the_same_picture_again(model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    generator = Generator.load(model)
    weights = tuple(np.linspace(0, 1, 10).tolist())
    z = tuple(latent(9, 64).tolist())
    recipe = Recipe("mnist", generator.model_id, 5, z, weights, 0.7)
    wanted = recipe.draw(generator)
    save_png("kept.png", wanted, recipe)
    assert main(["draw", "kept.png", "--model", model, "--scale", "1"]) == 0
    assert capsys.readouterr().err == ""
    with Image.open("kept-again.png") as image:
        assert (np.asarray(image) == wanted[..., 0]).all()
    assert Recipe.read("kept-again.png") == recipe

    other = replace(recipe, model_id="0" * 12)  # drawn by other weights: said, and still drawn
    Path("kept.json").write_text(json.dumps(other.to_json()))
    assert main(["draw", "kept.json", "--model", model, "--out", "b.png"]) == 0
    told = capsys.readouterr().err
    assert "000000000000" in told and generator.model_id in told
    with Image.open("b.png") as image:
        assert (np.asarray(image) == wanted[..., 0].repeat(8, 0).repeat(8, 1)).all()
    assert Recipe.read("b.png").model_id == generator.model_id


def test_draw_finds_a_bundled_model_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.json").write_text(json.dumps(Recipe("mnist", "0" * 12, 5, classes=3).to_json()))
    assert main(["draw", "a.json", "--scale", "1"]) == 0
    bundled = Generator.load(ASSETS / "models/mnist")
    with Image.open("a-again.png") as image:
        wanted = bundled.sample(latent(5, bundled.z_dim)[None], 3)[0, ..., 0]
        assert (np.asarray(image) == wanted).all()


@pytest.mark.parametrize("suffix", ["gif", "mp4", "zip"])
def test_interpolate_writes_the_file(model, tmp_path, suffix):
    out = tmp_path / f"loop.{suffix}"
    args = ["interpolate", "--model", model, "--seeds", "1,2,3", "--frames", "12", "--fps", "25"]
    assert main([*args, "--out", str(out)]) == 0
    assert out.stat().st_size > 500


def test_the_article_trains_as_it_stands(tmp_path):
    folder = tmp_path / "a"
    assert main(["train", "--preset", "article", "--steps", "3", "--out", str(folder)]) == 0
    config = json.loads((folder / "config.json").read_text())
    assert (config["arch"], config["z_dim"], config["conditional"]) == ("mlp", 100, False)
    args = ["sample", "--model", str(folder), "--count", "2", "--out", str(tmp_path / "x.npz")]
    assert main(args) == 0
    assert "labels" not in np.load(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample", "--model", "nowhere", "--count", "1", "--out", "x.png"], "no model yet"),
        (["sample", "--model", "MODEL", "--count", "0", "--out", "x.png"], "between 1 and"),
        (["sample", "--model", "MODEL", "--count", "1", "--out", "x.tiff"], ".png or .npz"),
        (["sample", "--model", "MODEL", "--count", "1", "--label", "10", "--out", "x.png"],
         "0 and"),
        (["interpolate", "--model", "MODEL", "--seeds", "1", "--out", "x.gif"], "2"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,2", "--fps", "60", "--out", "x.gif"],
         "12.5"),
        (["draw", "nowhere.png"], "nowhere.png"),
        (["draw", __file__], "not JSON"),
        (["draw", __file__, "--scale", "0"], "between 1 and"),
        (["draw", __file__, "--out", "x.gif"], ".png"),
        (["train", "--set", "width=1", "--out", "x"], "between 4 and"),
        (["train", "--set", "colour=3", "--out", "x"], "Unknown setting"),
        (["resume", "nowhere"], "no checkpoint"),
    ],
)  # fmt: skip
def test_mistakes_get_a_sentence(model, capsys, monkeypatch, tmp_path, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main([model if word == "MODEL" else word for word in arguments]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
