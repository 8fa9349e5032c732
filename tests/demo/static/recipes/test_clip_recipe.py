"""The page makes clip recipes that Python reads, and gets back the state they were made of."""

import json

import numpy as np
import pytest

from demo.interpolate.clips import file_name
from gan.latent.latents import latent
from gan.recipes.clip_recipe import RULES, ClipRecipe
from gan.recipes.limits import limits
from tests.clips import CLIP, GOOD
from tests.node import run_node

START = (
    f"const LIMITS = {json.dumps(limits())};"
    + """
const { ClipRecipes, fileName } = await import("./recipes/clip_recipe.js");
const clips = new ClipRecipes(LIMITS);
"""
)
STATE = {**CLIP, "keys": [{"seed": 7, "label": 3}, {"seed": 9, "label": 8, "hold": 0.5}]}
ABOUT = {"model_id": "0123456789ab", "z_dim": 64, "classes": 10}


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_the_defaults_are_pythons(node):
    own = {name: CLIP[name] for name in RULES if name != "motion"}
    assert node("give(clips.defaults);") == own | {"motion": 1}


def test_a_state_comes_back_from_a_recipe(node):
    z = np.float32([-0.0, 1e-45, 0.1, -100, *np.linspace(-3, 3, 60)])
    keys = [{"seed": 1, "label": 0, "z": z.tolist(), "length": 2},
            {"seed": 2, "label": 3, "weights": [0.1, 0, 0, 1 / 3, *[0] * 6], "hold": 0.25},
            {"seed": 3, "label": 9, "z": latent(3, 64).tolist()}]  # fmt: skip
    changed = {"easing": "smooth", "tiles": 3, "fps": 33.3, "caption": "é 🙂", "closed": False}
    state = STATE | {"keys": keys, "model": "run:模 1"} | changed
    script = """
const recipe = clips.pack(given.state, given.about);
const name = fileName(recipe);
give({ recipe, name, short: clips.short(recipe), state: clips.unpack(recipe) });
"""
    found = node(script, {"state": state, "about": ABOUT})
    recipe = ClipRecipe.from_json(found["recipe"])
    assert json.dumps(recipe.to_json()) == json.dumps(found["recipe"])  # in the same order, too
    assert ClipRecipe.from_json(found["short"]) == recipe
    assert not {"path", "frames", "format"} & {*found["short"]}  # those have their defaults
    assert np.float32(recipe.keys[0].z).tobytes() == z.tobytes()
    assert recipe.keys[2].z is None  # the latent of its seed is left out
    assert [k.classes for k in recipe.keys] == [0, tuple(keys[1]["weights"]), 9]
    name = f"latent-studio-run---1-0-3-9-{recipe.path}-{recipe.frames}f"
    assert found["name"] == file_name(recipe) == name
    back = found["state"]
    keys[2].pop("z")
    assert back.pop("keys") == keys
    assert back == {name: state[name] for name in back}
    assert {*back, "keys", "latent_studio_clip"} == {*CLIP}


def test_the_page_takes_and_makes_every_recipe_of_python(node):
    recipes = [ClipRecipe.from_json(one) for one in GOOD]
    script = """
give(given.map((one) => clips.pack(clips.unpack(one), { ...one, classes: 10 })));
"""
    for recipe, made in zip(recipes, node(script, [r.to_json() for r in recipes]), strict=True):
        again = ClipRecipe.from_json(made)
        assert [key.z for key in again.keys] == [key.z for key in recipe.keys]
        assert {**made, "keys": []} == {**recipe.to_json(), "keys": []}


def test_a_model_without_classes_has_recipes_without_them(node):
    found = node("give(clips.pack(given, { model_id: 'a', classes: 0 }).keys);", STATE)
    assert found == [{"seed": 7}, {"seed": 9, "hold": 0.5}]
