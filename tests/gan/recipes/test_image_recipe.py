"""Picture recipes round-trip, invalid ones raise a message, and the picture is the same."""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gan.latent.latents import SEED_MAX, latent
from gan.models.generator import Generator
from gan.paths import ASSETS
from gan.recipes import fields
from gan.recipes.fields import RecipeError
from gan.recipes.image_recipe import KEYWORD, TEXT_MAX, Recipe, save_png
from gan.recipes.model_ids import model_folder
from tests.recipes import BAD, GOOD, PLAIN

Z = tuple(np.random.default_rng(0).standard_normal(64).astype(np.float32).tolist())
ODD = (-0.0, 1e-45, 0.1, -100.0, 3.4028235e-38)  # float32 at its edges
WEIGHTS = tuple(np.linspace(-1, 2, 10).tolist())


def picture(folder, text, keyword=KEYWORD, **options):
    note = PngImagePlugin.PngInfo()
    note.add_itxt(keyword, text, **options)
    path = folder / "a.png"
    Image.new("L", (28, 28)).save(path, pnginfo=note)
    return path


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("mnist", "0123456789ab", 0),
        Recipe("run:20260101-000000-mnist", "0" * 12, SEED_MAX, Z, 9, 0.0),
        Recipe("模型 é 🙂", "f" * 12, 7, tuple(np.float32(ODD).tolist()), WEIGHTS, 2.999),
    ],
)
def test_recipes_round_trip_through_json_and_png(recipe, tmp_path):
    text = json.dumps(recipe.to_json())
    assert Recipe.from_json(fields.load(text, TEXT_MAX)) == recipe
    (tmp_path / "a.json").write_text(text)
    assert Recipe.read(tmp_path / "a.json") == recipe
    for channels in (1, 3):
        image = np.random.default_rng(1).integers(0, 256, (28, 28, channels), np.uint8)
        save_png(tmp_path / "a.png", image, recipe)
        found = Recipe.read(tmp_path / "a.png")
        assert found == recipe
        assert b"iTXt" + KEYWORD.encode() in (tmp_path / "a.png").read_bytes()
        if recipe.z:  # equal numbers may still differ in their sign of zero
            assert np.float32(found.z).tobytes() == np.float32(recipe.z).tobytes()
        with Image.open(tmp_path / "a.png") as saved:
            assert (np.asarray(saved).reshape(image.shape) == image).all()


@pytest.mark.parametrize("given", GOOD)
def test_valid_recipes_are_accepted(given):
    recipe = Recipe.from_json(json.loads(json.dumps(given)))
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(("given", "field"), BAD)
def test_an_invalid_recipe_raises_a_message_that_names_the_field(given, field):
    with pytest.raises(RecipeError, match=field) as caught:
        Recipe.from_json(given)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "text", ["", "{", "nan", json.dumps(PLAIN)[:-1], '{"x": NaN, ' + json.dumps(PLAIN)[1:],
             "[" * 5000, "9" * 5000, " " * (TEXT_MAX + 1)]
)  # fmt: skip
def test_invalid_json_raises_a_message(text):
    with pytest.raises(RecipeError, match=r"\.$"):
        Recipe.from_json(fields.load(text, TEXT_MAX))


def test_a_picture_without_a_valid_recipe_raises_a_message(tmp_path):
    with pytest.raises(RecipeError, match="contains no recipe"):
        Recipe.read(picture(tmp_path, "hello", "Comment"))
    with pytest.raises(RecipeError, match="at most"):
        Recipe.read(picture(tmp_path, " " * 100_000))
    with pytest.raises(RecipeError, match=r"\.$"):  # inflates to far more than it takes
        Recipe.read(picture(tmp_path, "0" * 50_000_000, zip=True))
    whole = picture(tmp_path, json.dumps(PLAIN)).read_bytes()
    path = tmp_path / "b.png"
    for length in (0, 4, 8, 20, 33, 60, 120):
        path.write_bytes(whole[:length])
        with pytest.raises(RecipeError, match=r"\.$"):
            Recipe.read(path)


def test_a_damaged_byte_raises_at_most_a_recipe_error(tmp_path):
    whole = bytearray(picture(tmp_path, json.dumps(PLAIN)).read_bytes())
    wanted, path = Recipe.from_json(PLAIN), tmp_path / "b.png"
    for at in range(0, len(whole), 3):
        broken = whole.copy()
        broken[at] ^= 0x5A
        path.write_bytes(broken)
        try:
            assert Recipe.read(path) == wanted
        except RecipeError:
            pass


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [10_000, 30_000])
def test_pixels_are_never_decoded(tmp_path, side):
    whole = picture(tmp_path, json.dumps(PLAIN)).read_bytes()
    header = b"IHDR" + struct.pack(">II", side, side) + whole[24:29]
    bomb = whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:]
    (tmp_path / "a.png").write_bytes(bomb)
    try:
        assert Recipe.read(tmp_path / "a.png") == Recipe.from_json(PLAIN)
    except RecipeError as error:
        assert "damaged" in str(error)  # more pixels than Pillow will hear of


def test_draw_returns_what_the_generator_samples(tiny_model):
    model = Generator.load(tiny_model)
    name = ("mnist", model.model_id)
    plain = Recipe(*name, 7, None, 3).draw(model)
    assert (plain == model.sample(latent(7, 64)[None], 3)[0]).all()
    own = Recipe(*name, 7, Z, 3, 0.5).draw(model)
    assert (own == model.sample(np.float32(Z)[None] / 2, 3)[0]).all()
    blend = Recipe(*name, 7, Z, WEIGHTS).draw(model)
    assert (blend == model.sample(np.float32([Z]), np.float32([WEIGHTS]))[0]).all()
    assert (Recipe(*name, 7, Z, tuple(np.eye(10)[3]), 0.5).draw(model) == own).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"z": (0.5,) * 63}, "63 latent dimensions; this model has 64"),
        ({"classes": None}, "class from 0 to 9"),
        ({"classes": 10}, "class from 0 to 9"),
        ({"classes": (0.5,) * 9}, "9 classes; this model has 10"),
    ],
)
def test_a_recipe_of_another_model_raises_a_message(tiny_model, changes, words):
    fields = {"model": "mnist", "model_id": "0" * 12, "seed": 1, "classes": 1} | changes
    with pytest.raises(RecipeError, match=words):
        Recipe(**fields).draw(Generator.load(tiny_model))


def test_model_names_are_looked_up_never_joined_to_a_path(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_RUNS", str(tmp_path / "runs"))
    for folder in ("runs/mine", "secret"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "config.json").touch()
    assert model_folder("mnist") == ASSETS / "models/mnist"
    assert model_folder("run:mine") == tmp_path / "runs/mine"
    for name in (
        "mine",
        "run:mnist",
        "../../secret",
        "run:../secret",
        str(tmp_path / "secret"),
        "",
    ):
        with pytest.raises(RecipeError, match="no model"):
            model_folder(name)
