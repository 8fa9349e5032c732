"""JavaScript and Python accept the same picture recipes, and read each other's PNG files."""

import base64
import json
import re
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from demo.text import catalogue
from gan.recipes.image_recipe import KEYWORD, Recipe, save_png
from gan.recipes.limits import limits
from tests.node import STATIC, run_node
from tests.recipes import BAD, GOOD, PLAIN, packed

START = (
    f"const LIMITS = {json.dumps(limits())};"
    + """
const { ImageRecipes, RecipeError, classText } = await import("./recipes/image_recipe.js");
const recipes = new ImageRecipes(LIMITS);
const pngs = await import("./recipes/png.js");
const { latent } = await import("./latent/latents.js");
const { base64 } = await import("./core/base64.js");
const bytes = (name) => new Uint8Array(readFileSync(name));
const tried = async (make) => {
  try {
    return { made: await make() };
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return { refused: error.message, values: error.values };
  }
};
"""
)


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_both_languages_give_the_same_verdict_on_every_recipe(node):
    script = "give(await Promise.all(given.map((one) => tried(() => recipes.check(one)))));"
    found = node(script, [*GOOD, *[given for given, _ in BAD]])
    for given, answer in zip(GOOD, found, strict=False):
        assert Recipe.from_json(answer["made"]) == Recipe.from_json(given)
        assert set(answer["made"]) <= {*PLAIN, "z"}  # nothing of a stranger's own
    for (given, field), answer in zip(BAD, found[len(GOOD) :], strict=True):
        sentence = catalogue("en")[answer["refused"]]
        assert field.split()[-1] in sentence or field in sentence, (given, sentence)


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
const recipe = recipes.pack({ ...given.state, z: new Float32Array(raw.buffer) });
const hash = recipes.toHash(recipe);
const back = recipes.fromHash(new URL("https://example.com/a?b=1" + hash).hash);
const state = recipes.unpack(back, { z_dim: 64, classes: 3 });
give({ recipe, hash, z: base64(new Uint8Array(state.z.buffer)), state });
"""
    found = node(script, {"state": state, "z": packed(*z)})
    assert base64.b64decode(found["z"]) == z.tobytes()
    assert {key: found["state"][key] for key in state} == state
    assert re.fullmatch("#recipe=[A-Za-z0-9_-]+", found["hash"])
    recipe = Recipe.from_json(found["recipe"])
    assert np.float32(recipe.z).tobytes() == z.tobytes()
    assert recipe.classes == tuple(state["classes"]) and recipe.scale == 1.1


def test_the_latent_of_the_seed_is_left_out_and_nothing_else_is(node):
    script = """
const base = { model: "mnist", model_id: "0123456789ab", seed: 7, classes: null, scale: 1 };
const home = latent(7, 64);
const near = home.slice();
near[63] = Math.fround(near[63] * (1 + 2 ** -23));
const plain = recipes.pack({ ...base, z: home });
const state = recipes.unpack(plain, { z_dim: 64, classes: 0 });
give({ plain, near: recipes.pack({ ...base, z: near }), same: String(state.z) === String(home),
  classes: state.classes,
  length: recipes.toHash(plain).length });
"""
    found = node(script)
    assert "z" not in found["plain"] and "classes" not in found["plain"]
    assert "z" in found["near"]
    assert found["same"] and found["classes"] is None
    assert found["length"] < 150


def test_invalid_links_are_refused(node):
    def link(text):
        raw = text if isinstance(text, bytes) else text.encode()
        return "#recipe=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")

    whole = link(json.dumps(PLAIN))
    bad = {
        "#recipe=": "recipe.damaged",
        "#recipe=%%%": "recipe.damaged",
        "#recipe=A": "recipe.damaged",
        whole + "=": "recipe.damaged",
        whole[:-9]: "recipe.damaged",
        link("hello"): "recipe.damaged",
        link(b"\xff\xfe{}"): "recipe.damaged",
        link('{"latent_studio": NaN}'): "recipe.damaged",
        link("[]"): "recipe.not_one",
        link('{"__proto__": ' + json.dumps(PLAIN) + "}"): "recipe.not_one",
        "#recipe=" + "A" * 20001: "recipe.long",
    }
    script = """
give({ bad: await Promise.all(given.bad.map((one) => tried(() => recipes.fromHash(one)))),
  whole: recipes.fromHash(given.whole),
  none: ["", "#", "#other", "#Recipe="].map((one) => recipes.fromHash(one)),
  clean: Object.keys(Object.prototype).length });
"""
    found = node(script, {"bad": list(bad), "whole": whole})
    assert [answer.get("refused") for answer in found["bad"]] == list(bad.values())
    assert Recipe.from_json(found["whole"]) == Recipe.from_json(PLAIN)
    assert found["none"] == [None] * 4 and found["clean"] == 0


def test_a_recipe_for_another_model_is_refused(node):
    script = """
const abouts = [{ z_dim: 64, classes: 10 }, { z_dim: 64, classes: 3 }, { z_dim: 64, classes: 0 },
  { z_dim: 2, classes: 10 }];
give(await Promise.all(given.map((one) => Promise.all(abouts.map(async (about) =>
  "made" in await tried(() => recipes.unpack(one, about)))))));
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
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 7, channels), np.uint8)
    script = """
const image = { h: 5, w: 7, c: given.channels, pixels: Uint8Array.from(given.pixels) };
const text = JSON.stringify(given.recipe);
const plain = await pngs.encodePng(image, 1, 3);
writeFileSync("a.png", pngs.addText(pngs.addText(plain, pngs.KEYWORD, "old"), pngs.KEYWORD, text));
give(pngs.fileName(given.recipe));
"""
    recipe = PLAIN | {"model": "模 🙂", "z": packed(*np.linspace(-9, 9, 64))}
    pixels = images.ravel().tolist()
    name = node(script, {"channels": channels, "pixels": pixels, "recipe": recipe})
    assert name == "latent-studio-3-seed7.png"
    assert Recipe.read(tmp_path / "a.png") == Recipe.from_json(recipe)
    with Image.open(tmp_path / "a.png") as saved:
        saved.load()  # checks every chunk to the end
        assert [KEYWORD] == list(saved.text) and json.loads(saved.text[KEYWORD]) == recipe
        found = np.asarray(saved).reshape(15, 21, channels)
    assert (found == images[1].repeat(3, 0).repeat(3, 1)).all()


READ = """
const file = (name) => new Blob([bytes(name)]);
give(await Promise.all(given.map((name) => tried(() => pngs.readPicture(file(name), recipes)))));
"""


def test_javascript_reads_what_python_wrote(node, tmp_path):
    recipe = Recipe("模 🙂", "0" * 12, 5, (0.5, -0.25), (0.1, 0.9), 1.5)
    save_png(tmp_path / "a.png", np.zeros((28, 28, 3), np.uint8), recipe)
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "not this one")
    note.add_text(KEYWORD, json.dumps(recipe.to_json()))  # tEXt
    Image.new("P", (9, 9)).save(tmp_path / "b.png", pnginfo=note)
    for answer in node(READ, ["a.png", "b.png"]):
        assert Recipe.from_json(answer["made"]) == recipe


def test_pictures_without_a_valid_recipe_are_refused(node, tmp_path):
    def note(name, text, keyword=KEYWORD, **options):
        info = PngImagePlugin.PngInfo()
        info.add_itxt(keyword, text, **options)
        Image.new("L", (28, 28)).save(tmp_path / name, pnginfo=info)
        return (tmp_path / name).read_bytes()

    whole = note("whole.png", json.dumps(PLAIN))
    note("none.png", "hello", "Comment")
    note("packed.png", json.dumps(PLAIN), zip=True)
    note("text.png", "hello")
    note("wrong.png", json.dumps(PLAIN | {"seed": -1}))
    note("huge.png", " " * 20001)
    note("vast.png", " " * 1_000_000)
    torn = whole[:33] + b"\xff\xff\xff\xff" + whole[37:]
    files = {
        "nothing.png": (b"", "recipe.not_png"),
        "photo.png": (b"\xff\xd8\xff" + bytes(99), "recipe.not_png"),
        "cut.png": (whole[:100], "recipe.damaged_png"),
        "short.png": (whole[:20], "recipe.damaged_png"),
        "length.png": (torn, "recipe.damaged_png"),
        "crc.png": (whole.replace(b"mnist", b"mnisT"), "recipe.damaged_png"),
        "large.png": (whole + bytes(5_000_000), "recipe.large"),
    }
    for name, (data, _) in files.items():
        (tmp_path / name).write_bytes(data)
    wanted = {name: why for name, (_, why) in files.items()} | {
        "none.png": "recipe.none",
        "packed.png": "recipe.none",
        "text.png": "recipe.damaged",
        "wrong.png": "recipe.bad_seed",
        "huge.png": "recipe.long",
        "vast.png": "recipe.none",
    }
    found = node(READ, list(wanted))
    assert {name: one.get("refused") for name, one in zip(wanted, found, strict=True)} == wanted


def test_no_broken_byte_or_cut_does_more_than_refuse(node, tmp_path):
    save_png(tmp_path / "a.png", np.zeros((9, 9, 1), np.uint8), Recipe.from_json(PLAIN))
    script = """
const whole = bytes("a.png");
const found = [];
for (let at = 0; at < whole.length; at += 1) {
  found.push(await tried(() => pngs.readPicture(new Blob([whole.slice(0, at)]), recipes)));
  for (const flip of [1, 0x5a, 0xff]) {
    const broken = whole.slice();
    broken[at] ^= flip;
    found.push(await tried(() => pngs.readPicture(new Blob([broken]), recipes)));
  }
}
give(found.filter(({ made }) => made && JSON.stringify(made) !== JSON.stringify(given)).length);
"""
    assert node(script, PLAIN) == 0


def test_its_checksum_is_the_one_of_png(node, tmp_path):
    script = """
const png = await pngs.encodePng({ h: 1, w: 1, c: 1, pixels: new Uint8Array(1) });
writeFileSync("a.png", pngs.addText(png, "k", "é"));
give(pngs.readText(bytes("a.png"), "k"));
"""
    assert node(script) == "é"
    data = (tmp_path / "a.png").read_bytes()
    body = b"iTXtk\0\0\0\0\0" + "é".encode()
    assert body + zlib.crc32(body).to_bytes(4, "big") in data
    assert data.index(b"iTXt") < data.index(b"IDAT")


def test_classes_are_named_in_a_few_characters(node):
    blends = [3, None, [0, 0, 1], [0, 0.5, 0, 0.7], [1, 0, -0.5], [0.001, 1], [0, 0], [1] * 4]
    wanted = ["3", "", "2", "3+1", "0\u22122", "1", "0", "0+1+2\u2026"]
    assert node("give(given.map((one) => classText(one)));", blends) == wanted


@pytest.mark.parametrize(
    "name", ["recipes/image_recipe.js", "recipes/png.js", "explore/gallery.js"]
)
def test_every_text_exists(name):
    source = (STATIC / name).read_text()
    keys = re.findall(r'"((?:recipe|gallery)\.\w+)"', source)
    keys += [f"gallery.{key}" for key in re.findall(r'say\("(\w+)"', source)]
    keys += [f"recipe.bad_{field}" for field in limits()["picture"]]
    assert keys and not [key for key in keys if key not in catalogue("en")]


def test_classes_with_names_are_called_by_them(node):
    blend = [0.6, 0, 0.4]
    script = "give(given.map((one) => classText(one, ['cat', 'dog', 'ankle boot'])));"
    assert node(script, [1, blend, None]) == ["dog", "cat + ankle boot", ""]
