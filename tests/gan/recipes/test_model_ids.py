"""Ids of snapshots, and the weights they stand for."""

import json
import shutil

import numpy as np
import pytest

from gan.cli.main import main
from gan.models.generator import Generator
from gan.recipes.fields import RecipeError
from gan.recipes.image_recipe import Recipe
from gan.recipes.model_ids import load_named, snapshot_id, split_id
from gan.runs.snapshots import kept_steps, write_snapshot


@pytest.fixture
def root(tiny_model, tmp_path, monkeypatch):
    """A run "mine" whose weights of steps 0 and 10 are kept; those of 0 draw another picture."""
    monkeypatch.setenv("LATENT_STUDIO_RUNS", str(tmp_path / "runs"))
    folder = tmp_path / "runs/mine"
    shutil.copytree(tiny_model, folder)
    (folder / "snapshots").mkdir()
    generator = Generator.load(tiny_model)
    images = np.zeros((60, 28, 28, 1), np.uint8)
    write_snapshot(folder, 10, images, generator.network.state_dict())
    weights = {name: value * 0.5 for name, value in generator.network.state_dict().items()}
    write_snapshot(folder, 0, images, weights)
    return tmp_path


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        ("run:mine@120", ("run:mine", 120)),
        ("run:mine@0", ("run:mine", 0)),
        ("run:a@b@3", ("run:a@b", 3)),
        *((odd, (odd, None)) for odd in ("mnist", "run:mine", "mnist@3", "run:@3", "@3", "")),
        *((odd, (odd, None)) for odd in ("run:x@", "run:x@03", "run:x@-1", "run:x@1e3", "run:x@٣")),
        ("run:x@" + "9" * 400, ("run:x@" + "9" * 400, None)),
    ],
)
def test_ids_are_split_unambiguously(model, parts):
    assert split_id(model) == parts
    if parts[1] is not None:
        assert snapshot_id(*parts) == model


def test_a_snapshot_has_its_own_weights(root):
    assert kept_steps(root / "runs/mine") == [0, 10]
    then, later, newest = (load_named(name) for name in ("run:mine@0", "run:mine@10", "run:mine"))
    assert len({then.model_id, later.model_id, newest.model_id}) == 3
    z = np.random.default_rng(0).standard_normal((4, newest.z_dim))
    near = np.abs(later.sample(z).astype(int) - newest.sample(z)).max()
    far = np.abs(then.sample(z).astype(int) - newest.sample(z)).max()
    assert near <= 2 < far  # half precision, and half the weights


@pytest.mark.parametrize("model", ["run:mine@5", "run:other@0", "run:../mine@0", "run:mine@10x"])
def test_a_missing_snapshot_raises_a_message(root, model):
    with pytest.raises(RecipeError, match=r"(keeps no weights|There is no model).*--model"):
        load_named(model)


def test_the_command_line_draws_a_picture_of_a_snapshot(root, capsys):
    then = load_named("run:mine@0")
    recipe = root / "recipe.json"
    made = Recipe("run:mine@0", then.model_id, 3, classes=1)
    recipe.write_text(json.dumps(made.to_json()))
    assert main(["draw", str(recipe), "--out", str(root / "a.png")]) == 0
    assert "may differ" not in capsys.readouterr().err
    assert Recipe.read(root / "a.png") == made
