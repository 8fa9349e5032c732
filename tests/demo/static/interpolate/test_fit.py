"""A clip's state fits every model: what does not fit is left out of its recipe."""

from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.limits import limits
from tests.clips import CLIP
from tests.node import run_node


def test_latents_and_blends_of_another_model_are_dropped(tmp_path):
    script = """
const { recipeOf } = await import("./interpolate/fit.js");
const { Choices } = await import("./interpolate/settings.js");
const { ClipRecipes } = await import("./recipes/clip_recipe.js");
const clips = new ClipRecipes(given.limits);
const { start } = new Choices(given.limits);
const about = { model: "mnist", model_id: "0123456789ab", z_dim: 64, shape: [28, 28, 1] };
const server = { max_side: 1024, limits: given.limits };
const state = { keys: given.keys, settings: start };
give([10, 0].map((classes) => recipeOf(state, { ...about, classes }, server, clips)));
"""
    keys = [{"seed": 1, "label": 13, "z": [0, 1], "weights": [1, 0]}] * 2
    classed, bare = run_node(tmp_path, script, {"limits": limits(), "keys": keys})
    assert classed["keys"] == [{"seed": 1, "class": 3}] * 2
    assert bare["keys"] == [{"seed": 1}] * 2
    assert ClipRecipe.from_json(classed).to_json() == CLIP | {"keys": classed["keys"]}
