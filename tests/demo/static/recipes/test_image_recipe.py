"""The page's recipes of pictures and its PNG files are those that Python reads."""

import base64
import json
import re

import numpy as np
import pytest
from PIL import Image

from gan.recipes import fields
from gan.recipes.image_recipe import KEYWORD, Recipe
from tests.node import run_node
from tests.recipes import PLAIN, packed

START = """
const { RecipeError, classText, packPicture, unpackPicture } =
  await import("./recipes/image_recipe.js");
const pngs = await import("./recipes/png.js");
const { latent } = await import("./latent/latents.js");
const { base64, base64url } = await import("./core/base64.js");
"""


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_a_link_brings_every_bit_back(node):
    odd = [-0.0, 1e-45, 0.1, -100, 3.4028235e-38, *np.random.default_rng(0).normal(size=59)]
    z = np.float32(odd)
    state = {
        "model": "模型 é 🙂 run:1?#&",
        "model_id": "0123456789ab",
        "seed": 2**32 - 1,
        "classes": [0.1, -10, 1 / 3],
        "scale": 1.1,
    }
    script = """
const raw = Uint8Array.from(atob(given.z), (c) => c.charCodeAt(0));
const recipe = packPicture({ ...given.state, z: new Float32Array(raw.buffer) });
const state = unpackPicture(recipe, { z_dim: 64, classes: 3 }, {});
give({ text: base64url(JSON.stringify(recipe)), z: base64(new Uint8Array(state.z.buffer)), state });
"""
    found = node(script, {"state": state, "z": packed(*z)})
    assert base64.b64decode(found["z"]) == z.tobytes()
    assert {**state, **found["state"], "z": None} == {**state, "z": None}
    text = found["text"]
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    given = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    recipe = Recipe.from_json(fields.load(given))
    assert list(json.loads(given)) == list(recipe.to_json())
    assert np.float32(recipe.z).tobytes() == z.tobytes()
    assert recipe.classes == tuple(state["classes"]) and recipe.scale == 1.1


def test_the_latent_of_the_seed_is_left_out_and_nothing_else_is(node):
    script = """
const base = { model: "mnist", model_id: "0123456789ab", seed: 7, classes: null, scale: 1 };
const home = latent(7, 64);
const near = home.slice();
near[63] = Math.fround(near[63] * (1 + 2 ** -23));
const plain = packPicture({ ...base, z: home });
const state = unpackPicture(plain, { z_dim: 64, classes: 0 }, {});
give({ plain, near: packPicture({ ...base, z: near }), same: String(state.z) === String(home),
  classes: state.classes });
"""
    found = node(script)
    assert "z" not in found["plain"] and "classes" not in found["plain"]
    assert "z" in found["near"]
    assert found["same"] and found["classes"] is None


def test_a_recipe_for_another_model_is_refused(node):
    script = """
const words = { "recipe.other_model": "another model" };
const fits = (recipe, about) => {
  try {
    return Boolean(unpackPicture(recipe, about, words));
  } catch (error) {
    if (!(error instanceof RecipeError && error.message === "another model")) throw error;
    return false;
  }
};
const abouts = [{ z_dim: 64, classes: 10 }, { z_dim: 64, classes: 3 }, { z_dim: 64, classes: 0 },
  { z_dim: 2, classes: 10 }];
give(given.map((one) => abouts.map((about) => fits(one, about))));
"""
    plain = {key: value for key, value in PLAIN.items() if key != "classes"}
    given = [PLAIN, plain, PLAIN | {"z": packed(0, 1)}, PLAIN | {"classes": [0, 1, 0]}]
    assert node(script, given) == [
        [True, False, False, True],
        [False, False, True, False],
        [False, False, False, True],
        [False, True, False, False],
    ]


@pytest.mark.parametrize("channels", [1, 3])
def test_python_reads_what_javascript_wrote(node, tmp_path, channels):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    script = """
const image = { h: 5, w: 7, c: given.channels, pixels: Uint8Array.from(given.pixels) };
writeFileSync("a.png", await pngs.encodePng(image, 3, JSON.stringify(given.recipe)));
give(pngs.fileName(given.recipe));
"""
    recipe = PLAIN | {"model": "模 🙂", "z": packed(*np.linspace(-9, 9, 64))}
    pixels = image.ravel().tolist()
    name = node(script, {"channels": channels, "pixels": pixels, "recipe": recipe})
    assert name == "latent-studio-3-seed7.png"
    assert Recipe.read(tmp_path / "a.png") == Recipe.from_json(recipe)
    with Image.open(tmp_path / "a.png") as saved:
        saved.load()  # checks every chunk to the end
        assert [KEYWORD] == list(saved.text) and json.loads(saved.text[KEYWORD]) == recipe
        found = np.asarray(saved).reshape(15, 21, channels)
    assert (found == image.repeat(3, 0).repeat(3, 1)).all()


def test_classes_are_named_in_a_few_characters(node):
    blends = [3, None, [0, 0, 1], [0, 0.5, 0, 0.7], [1, 0, -0.5], [0.001, 1], [0, 0], [1] * 4]
    wanted = ["3", "", "2", "3+1", "0\u22122", "1", "0", "0+1+2\u2026"]
    assert node("give(given.map((one) => classText(one)));", blends) == wanted


def test_classes_with_names_are_called_by_them(node):
    blend = [0.6, 0, 0.4]
    script = "give(given.map((one) => classText(one, ['cat', 'dog', 'ankle boot'])));"
    assert node(script, [1, blend, None]) == ["dog", "cat + ankle boot", ""]
