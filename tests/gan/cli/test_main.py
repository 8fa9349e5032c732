"""The stable commands, run as by a user."""

from __future__ import annotations

import json
import os
import shutil
import signal
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file

from gan.cli import train_commands
from gan.cli.main import main
from gan.config import Config
from gan.data.image_set import ASSETS
from gan.latent.latents import latent
from gan.models.generator import Generator
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.image_recipe import Recipe, save_png
from gan.runner.status import RunStatus
from gan.runs.run import Run
from gan.storage.layout import NEWEST
from gan.training.trainer import Trainer
from tests.clips import CLIP
from tests.models import write_clips_model
from tests.recipes import packed

FAST = ["--set", "width=8", "--set", "batch_size=8"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A run of 20 steps created by `train`."""
    folder = tmp_path_factory.mktemp("cli") / "run"
    assert main(["train", "--steps", "20", "--seed", "3", "--out", str(folder), *FAST]) == 0
    return str(folder)


def test_train_and_resume_count_steps_from_zero(model, capsys):
    assert main(["resume", model, "--steps", "30"]) == 0
    assert "step 30" in capsys.readouterr().out
    assert main(["resume", model, "--seconds", "0.2"]) == 0
    assert main(["resume", model, "--steps", "5"]) == 2
    assert "already" in capsys.readouterr().err


def test_a_goal_may_be_in_minutes(model, tmp_path, capsys):
    folder = str(shutil.copytree(model, tmp_path / "run"))
    assert main(["resume", folder, "--minutes", "0.005"]) == 0
    goal = Run.resume(Path(folder)).trainer.schedule
    assert goal.unit == "seconds" and goal.goal > 0.3
    for arguments in (["--minutes", "2", "--seconds", "9"], ["--minutes", "x"], ["--minutes", "0"]):
        with pytest.raises(SystemExit):
            main(["resume", folder, *arguments])
    assert "'0' is not a number from 1.66667e-05 to 1.66667e+07" in capsys.readouterr().err


def test_the_time_of_first_shapes_is_printed_once_it_is_known(tmp_path, monkeypatch, capsys):
    seen = []

    def ahead_s(config, step, elapsed_s):
        seen.append((config.width, elapsed_s > 0))
        return 134.0 if step > 1 else None

    monkeypatch.setattr(train_commands, "shapes_ahead_s", ahead_s)
    assert main(["train", "--steps", "4", "--out", str(tmp_path / "run"), *FAST]) == 0
    assert capsys.readouterr().err.count("First shapes after about 2 min.") == 1
    assert set(seen) == {(8, True)}
    monkeypatch.undo()
    status = RunStatus(config=Config(), step=100, elapsed_s=20.0)
    assert train_commands._first_shapes(status) == "First shapes after about 38 s."
    assert train_commands._first_shapes(replace(status, step=1000)) == ""


def test_a_stop_signal_saves_between_two_steps(model, tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(model, tmp_path / "run")
    before, real, signals = Run.resume(folder).step, Trainer.step_G, []

    def step_g(trainer):  # D has taken its step
        if trainer.step_count == before + 3 and not signals:
            signals.append(os.kill(os.getpid(), signal.SIGTERM))
        return real(trainer)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step_G", step_g)
        assert main(["resume", str(folder), "--steps", "1000"]) == 130
    assert "stopped" in capsys.readouterr().err
    run = Run.resume(folder)
    assert run.step == before + 4
    straight = Run.resume(Path(model))
    straight.extend(steps=1000)
    while straight.step < run.step:
        straight.advance()
    assert straight.advance().loss_d == run.advance().loss_d


def test_notes_of_a_run_are_printed(model, tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(model, tmp_path / "run")
    (folder / NEWEST).write_bytes(b"cut")
    assert main(["resume", str(folder), "--seconds", "0.1"]) == 0
    assert "Resumed from the previous one" in capsys.readouterr().err
    monkeypatch.setattr(Trainer, "step_D", lambda _: 1 / 0)
    assert main(["resume", str(folder), "--seconds", "5"]) == 2
    assert "is at its last good state" in capsys.readouterr().err


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


def test_draw_reproduces_the_picture(model, tmp_path, monkeypatch, capsys):
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

    other = replace(recipe, model_id="0" * 12)  # other weights: drawn, with a warning
    Path("kept.json").write_text(json.dumps(other.to_json()))
    assert main(["draw", "kept.json", "--model", model, "--out", "b.png"]) == 0
    output = capsys.readouterr().err
    assert "000000000000" in output and generator.model_id in output
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


@pytest.mark.parametrize("suffix", ["gif", "mp4", "webm", "webp", "apng", "zip", "png"])
def test_a_clip_is_reproduced_byte_for_byte_from_its_own_file(model, tmp_path, capsys, suffix):
    out, again = tmp_path / f"loop.{suffix}", tmp_path / f"again.{suffix}"
    args = ["interpolate", "--model", model, "--seeds", "1,2,3", "--frames", "8", "--scale", "2"]
    assert main([*args, "--fps", "20", "--out", str(out)]) == 0
    assert main(["render", str(out), "--model", model, "--out", str(again)]) == 0
    assert out.read_bytes() == again.read_bytes() and out.stat().st_size > 500
    recipe = ClipRecipe.from_json(fields.read(again))
    assert (recipe.frames, recipe.fps, recipe.scale) == (8, 20, 2)
    assert [(key.seed, key.classes) for key in recipe.keys] == [(1, 0), (2, 1), (3, 2)]
    assert "may differ" not in capsys.readouterr().err


def test_one_seed_of_a_model_of_clips_is_a_loop_with_its_motion_in_the_recipe(tmp_path):
    write_clips_model(tmp_path)
    out, again = tmp_path / "clip.gif", tmp_path / "again.gif"
    args = ["--seeds", "5", "--motion", "0.5", "--frames", "8", "--scale", "1", "--out", str(out)]
    assert main(["interpolate", "--model", str(tmp_path), *args]) == 0
    recipe = ClipRecipe.from_json(fields.read(out))
    assert recipe.motion == 0.5 and len(recipe.keys) == 1
    assert main(["render", str(out), "--model", str(tmp_path), "--out", str(again)]) == 0
    assert out.read_bytes() == again.read_bytes()


def test_render_finds_a_bundled_model_and_warns_of_other_weights(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    z = np.random.default_rng(0).standard_normal((64, 64))
    keys = [{"seed": 0, "z": packed(*one), "class": i % 10} for i, one in enumerate(z)]
    look = {"path": "slerp", "closed": False, "tiles": 2, "even": False, "scale": 1, "border": 2}
    made = CLIP | look | {"keys": keys, "frames": 5, "format": "zip", "colours": "ember"}
    Path("a.json").write_text(json.dumps(made))
    assert main(["render", "a.json"]) == 0
    weights = Generator.load(ASSETS / "models/mnist").model_id
    output = capsys.readouterr().err
    assert "0123456789ab" in output and weights in output
    recipe = ClipRecipe.from_json(made)
    assert ClipRecipe.from_json(fields.read("a-again.zip")) == replace(recipe, model_id=weights)
    with zipfile.ZipFile("a-again.zip") as archive:
        assert len(archive.namelist()) == 6 and archive.testzip() is None
        with Image.open(archive.open("frame_00000.png")) as frame:
            assert frame.size == (60, 60)


def test_render_writes_the_film_of_a_run(model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    recipe = {"latent_studio_growth": 1, "model": "mnist", "seconds": 2, "fps": 10, "scale": 1}
    Path("a.json").write_text(json.dumps(recipe))
    assert main(["render", "a.json"]) == 0
    assert main(["render", "a-again.gif", "--out", "b.gif"]) == 0
    assert Path("b.gif").read_bytes() == Path("a-again.gif").read_bytes()
    assert "20 frames" in capsys.readouterr().out
    assert main(["render", "a.json", "--model", model, "--out", "c.gif"]) == 0


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
        (["sample", "--model", "MODEL", "--count", "1", "--out", "x.tiff"], ".png or .npz"),
        (["sample", "--model", "MODEL", "--count", "1", "--label", "10", "--out", "x.png"],
         "0 and"),
        (["interpolate", "--model", "MODEL", "--seeds", "1", "--out", "x.gif"], "2"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,2", "--fps", "60", "--out", "x.gif"],
         "12.5"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,2", "--out", "x.tiff"], ".webm"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,2", "--frames", "1", "--out", "x.gif"],
         "frames must be a whole number from 2 to 100000"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,2", "--labels", "1", "--out", "x.gif"],
         "one class for each"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,2", "--labels", "1,10", "--out",
          "x.gif"], "class from 0 to 9"),
        (["interpolate", "--model", "MODEL", "--seeds", "1,-2", "--out", "x.gif"], "keyframe 2"),
        (["render", "nowhere.gif"], "nowhere.gif"),
        (["render", __file__], "contains no recipe"),
        (["draw", "nowhere.png"], "There is no file nowhere.png"),
        (["draw", __file__], "contains no recipe"),
        (["draw", __file__, "--out", "x.gif"], ".png"),
        (["train", "--set", "width=1", "--out", "x"], "between 4 and"),
        (["train", "--set", "colour=3", "--out", "x"], "Unknown setting"),
        (["resume", "nowhere"], "no checkpoint"),
    ],
)  # fmt: skip
def test_mistakes_give_a_message(model, capsys, monkeypatch, tmp_path, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main([model if word == "MODEL" else word for word in arguments]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({"frames": "many"}, [], "frames must be a whole number"),
        ({"model": "../../etc"}, [], "no model '../../etc'"),
        ({"keys": [{"seed": 1, "z": packed(*[0] * 128), "class": 1}] * 2}, [],
         "128 latent dimensions; this model has 64"),
        ({"fps": 60}, [], "12.5"),
        ({}, ["--out", "x.mp4"], "end in .gif"),
        ({"format": "sprite"}, ["--out", "x.sprite"], "end in .png"),
        ({"latent_studio_clip": 2}, [], "newer"),
    ],
)  # fmt: skip
def test_an_invalid_recipe_gives_a_message(
    capsys, monkeypatch, tmp_path, changes, arguments, words
):
    monkeypatch.chdir(tmp_path)
    Path("a.json").write_text(json.dumps(CLIP | {"frames": 4, "scale": 1} | changes))
    assert main(["render", "a.json", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_run_resumed_beyond_its_goal_learns(tmp_path):
    """Weights of G and D change, for goals in steps and seconds; without one the run is done."""
    folder = str(tmp_path / "run")
    assert main(["train", "--steps", "6", "--out", folder, *FAST]) == 0
    for goal in (["--steps", "12"], ["--seconds", "0.3"], ["--seconds", "0.3"]):
        before = load_file(tmp_path / "run" / NEWEST)
        assert main(["resume", folder, *goal]) == 0
        after = load_file(tmp_path / "run" / NEWEST)
        for name in ("G.fc.weight", "D.out.weight"):
            assert not before[name].equal(after[name])
    assert main(["resume", folder, "--steps", "6"]) == 2
