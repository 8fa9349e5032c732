"""Clip recipes round-trip, and invalid ones raise a message that names the field."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from gan.latent.latents import latents
from gan.media.embedded import TEXT_MAX
from gan.models.generator import Generator
from gan.recipes import fields
from gan.recipes.clip_recipe import RULES, ClipRecipe
from gan.recipes.fields import RecipeError
from gan.recipes.image_recipe import Recipe
from gan.recipes.keyframe import Key
from tests.clips import BAD, CLIP, GOOD, LEAST, key
from tests.recipes import PLAIN, packed

ODD = (-0.0, 1e-45, 0.1, -100.0, 3.4028235e-38)  # float32 at its edges


@pytest.mark.parametrize("given", GOOD)
def test_valid_recipes_round_trip(given):
    recipe = ClipRecipe.from_json(fields.load(json.dumps(given)))
    assert ClipRecipe.from_json(recipe.to_json()) == recipe
    assert ClipRecipe.from_json(fields.load(recipe.to_text())) == recipe
    assert recipe.to_json() == ClipRecipe.from_json(fields.load(recipe.to_text())).to_json()


def test_latents_round_trip_exactly():
    z = tuple(np.float32(ODD).tolist())
    recipe = ClipRecipe.from_json(CLIP | {"keys": [{"seed": 1, "z": packed(*z)}, {"seed": 2}]})
    again = ClipRecipe.from_json(fields.load(recipe.to_text()))
    # equal numbers may still differ in their sign of zero
    assert np.float32(again.keys[0].z).tobytes() == np.float32(z).tobytes()


def test_missing_fields_have_defaults():
    assert ClipRecipe.from_json(LEAST) == ClipRecipe.from_json(CLIP)
    plain = ClipRecipe("mnist", "0123456789ab", (Key(7, None, 3), Key(9, None, 8, 0.5, 2)))
    assert plain == ClipRecipe.from_json(CLIP)
    assert plain.to_json() == CLIP


@pytest.mark.parametrize(("given", "words"), BAD)
def test_an_invalid_recipe_raises_a_message_that_names_the_field(given, words):
    with pytest.raises(RecipeError, match=words) as caught:
        ClipRecipe.from_json(given)
    assert str(caught.value).endswith(".")


def test_every_field_is_tested_with_invalid_values():
    named = " ".join(words for _, words in BAD)
    assert not [field for field in RULES if f"{field} must" not in named]


@pytest.mark.parametrize(
    "text",
    ["", "{", "nan", "hello", json.dumps(CLIP)[:-1], '{"x": NaN, ' + json.dumps(CLIP)[1:],
     json.dumps(CLIP)[:-1] + ', "x": ' + "[" * 9000 + "]" * 9000 + "}", "[" * 200_000,
     '{"x": "\n"}', '{"x": ' + "9" * 5000 + "}", " " * (TEXT_MAX + 1)],
)  # fmt: skip
def test_invalid_json_raises_a_message(text):
    with pytest.raises(RecipeError, match=r"(damaged|at most).*\.$"):
        ClipRecipe.from_json(fields.load(text))


def test_unusual_json_is_accepted():
    deep = "[" * 31 + "]" * 31
    odd = f'"x": {deep}, "y": 1e999, "z": {"9" * 400}, "w": "{"[" * 99}\\"", '
    twice = '"frames": "x", "frames": 7, '  # the last one counts
    text = json.dumps(CLIP).replace('"frames": 125, ', odd + twice)
    assert ClipRecipe.from_json(fields.load(text)).frames == 7


def test_the_text_can_be_embedded_in_every_format():
    strange = CLIP | {"model": "a<b>&]]>\u2028", "caption": "é \"' <!-- 🙂 \u2029 \ufeff"}
    text = ClipRecipe.from_json(strange).to_text()
    assert text.isascii() and text.isprintable() and not set("<>&") & set(text)
    assert text.startswith('{"latent_studio_clip":1,') and json.loads(text) == strange


def test_a_recipe_that_is_too_long_to_read_is_not_written():
    wide = {"seed": 1, "class": [-0.12345678901234567] * 1000}
    with pytest.raises(RecipeError, match="at most 400000 characters"):
        ClipRecipe.from_json(CLIP | {"keys": [wide] * 64}).to_text()


def test_latents_and_class_weights_are_those_of_the_keyframes():
    recipe = ClipRecipe.from_json(key(z=packed(*range(64)), **{"class": [0.5] * 10}))
    z = recipe.latents(64)
    assert z.dtype == np.float32 and z.shape == (2, 64)
    assert (z[0] == latents([7], 64)[0]).all() and (z[1] == np.arange(64)).all()
    weights = recipe.class_weights(10)
    assert weights.dtype == np.float32
    assert (weights == np.stack([np.eye(10)[3], np.full(10, 0.5)])).all()


def test_seeds_and_valid_classes_fit_other_models():
    recipe = ClipRecipe.from_json(CLIP)
    assert recipe.latents(128).shape == (2, 128)
    assert recipe.class_weights(9).shape == (2, 9)
    bare = ClipRecipe.from_json(CLIP | {"keys": [{"seed": 1}, {"seed": 2}]})
    assert bare.class_weights(0) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        *[
            (CLIP | {"path": path, "keys": CLIP["keys"][:1]}, f"{path} path needs {needs}")
            for path, needs in (("spline", "2 to"), ("slerp", "2 to"), ("circle", "exactly 2"))
        ],
        (key(z=packed(*[0] * 128)), "128 latent dimensions; this model has 64"),
        (key(**{"class": [0, 1]}), "2 classes; this model has 10"),
        (key(**{"class": 10}), "needs a class from 0 to 9 for keyframe 2"),
        (CLIP | {"keys": [{"seed": 1}, {"seed": 2}]}, "needs a class from 0 to 9 for keyframe 1"),
    ],
)
def test_a_recipe_of_another_model_raises_a_message(tiny_model, given, words):
    with pytest.raises(RecipeError, match=words):
        ClipRecipe.from_json(given).check_model(Generator.load(tiny_model))


def test_a_class_is_refused_by_a_model_without_classes():
    with pytest.raises(RecipeError, match="Keyframe 1 specifies a class"):
        ClipRecipe.from_json(CLIP).class_weights(0)


def test_picture_and_clip_recipes_are_distinguished(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(PLAIN))
    with pytest.raises(RecipeError, match="of an image, not of a clip"):
        ClipRecipe.from_json(fields.read(path))
    path.write_text(json.dumps(CLIP))
    with pytest.raises(RecipeError, match=r"not a recipe|\.$"):
        Recipe.read(path)
    path.write_text("\ufeff \n" + json.dumps(CLIP))  # as some editors save it
    assert ClipRecipe.from_json(fields.read(path)) == ClipRecipe.from_json(CLIP)


def test_large_invalid_texts_are_refused_quickly():
    start_s = time.process_time()
    for text in ("[" * 400_000, '{"a":' * 80_000, '"' * 399_999, "\\" * 400_000, "9" * 400_000):
        with pytest.raises(RecipeError):
            ClipRecipe.from_json(fields.load(text))
    assert time.process_time() - start_s < 5
