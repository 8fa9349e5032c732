"""The page reads the recipe of every format, and only a part of a large file."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from gan.media.formats import FORMATS as EXPORTED
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.image_recipe import Recipe, save_png
from gan.recipes.limits import limits
from tests.clip_files import FORMATS, FRAMES, bare, make, recipe
from tests.clips import CLIP
from tests.frames import export
from tests.node import run_node
from tests.recipes import PLAIN

START = (
    f"const LIMITS = {json.dumps(limits())};"
    + """
const { readClip } = await import("./recipes/embedded.js");
const { ClipRecipes } = await import("./recipes/clip_recipe.js");
const { ImageRecipes, RecipeError } = await import("./recipes/image_recipe.js");
const readers = [new ClipRecipes(LIMITS), new ImageRecipes(LIMITS)];
const bytes = (name) => new Uint8Array(readFileSync(name));
const tried = async (file) => {
  try {
    return { made: await readClip(file, ...readers) };
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return { refused: error.message, values: error.values };
  }
};
// A file of that size that begins and ends like another one, and counts what is read of it.
const vast = (data, size, asked) => ({
  size,
  slice: (from, to) => {
    const piece = new Uint8Array(Math.max(0, Math.min(to, size) - from));
    asked.push(piece.length);
    const [head, tail] = [data.subarray(from, to), size - data.length];
    piece.set(head);
    const begin = Math.max(from, tail);
    const end = data.subarray(begin - tail, Math.max(0, to - tail));
    if (begin < to) piece.set(end, begin - from);
    return new Blob([piece]);
  },
});
"""
)


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def test_every_format_gives_the_recipe_that_python_put_in(node, tmp_path):
    wanted = {}
    for large in (False, True):
        for format in FORMATS:
            text, path = recipe(large).to_text(), tmp_path / f"{format}-{large}"
            if format in EXPORTED:
                export(FRAMES, path, fps=25, format=format, note=text)
            else:
                make(path, format, text)
            assert ClipRecipe.read(path) == recipe(large), format
            wanted[path.name] = recipe(large).to_json()
    assert {*EXPORTED} < {*FORMATS}
    script = "give(await Promise.all(given.map((name) => tried(new Blob([bytes(name)])))));"
    found = node(script, list(wanted))
    made = {name: answer.get("made") for name, answer in zip(wanted, found, strict=True)}
    assert [name for name in wanted if made[name] != wanted[name]] == []
    assert ClipRecipe.from_json(found[-1]["made"]) == recipe(True)


def test_a_still_picture_and_files_without_a_recipe(node, tmp_path):
    still = Recipe("模 🙂", "0" * 12, 5, (0.5, -0.25), (0.1, 0.9), 1.5)
    save_png(tmp_path / "still.png", np.zeros((8, 8, 1), np.uint8), still)
    (tmp_path / "still.json").write_text(json.dumps(still.to_json()))
    bad = {
        "nothing": (b"", "clip.none"),
        "photo": (b"\xff\xd8\xff" + bytes(99), "clip.none"),
        "list.json": (b"[]", "clip.none"),
        "torn.json": (json.dumps(CLIP)[:-1].encode(), "clip.damaged"),
        "wrong.json": (json.dumps(CLIP | {"fps": 0}).encode(), "clip.fps"),
        "film.json": (b'{"latent_studio_growth": 1}', "clip.film"),
        "long.json": (json.dumps(CLIP).encode() + b" " * 400_000, "clip.long"),
        "vast.json": (json.dumps(CLIP).encode() + b" " * 4_000_000, "clip.long"),
        "bad-still.json": (json.dumps(PLAIN | {"seed": -1}).encode(), "recipe.bad_seed"),
        "head.png": (b"\x89PNG\r\n\x1a\n", "clip.none"),
    }
    for name, (data, _) in bad.items():
        (tmp_path / name).write_bytes(data)
    bom = b"\xef\xbb\xbf \n" + json.dumps(CLIP).encode()  # as some editors save it
    (tmp_path / "bom.json").write_bytes(bom)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recipe.json", b" " * 50_000_000)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("loop/recipe.json", json.dumps(CLIP))
    kinds = ("gif", "apng", "sprite", "webp", "mp4", "webm")
    names = [bare(tmp_path / format, format).name for format in kinds]
    script = """
const gone = { size: 9, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) }) };
const all = await Promise.all(given.map((name) => tried(new Blob([bytes(name)]))));
give([...all, await tried(gone), await tried({ size: 4e9 + 1 })]);
"""
    good = ["still.png", "still.json", "bom.json", "packed.zip"]
    found = node(script, [*good, *bad, "bomb.zip", *names])
    for answer in found[:2]:
        assert Recipe.from_json(answer["made"]["still"]) == still
    assert [answer["made"] for answer in found[2:4]] == [CLIP] * 2
    wanted = [why for _, why in bad.values()] + ["clip.long"] + ["clip.none"] * len(names)
    wanted += ["clip.unreadable", "clip.large"]
    assert [answer.get("refused") for answer in found[4:]] == wanted


def test_no_cut_or_broken_byte_does_more_than_refuse(node, tmp_path):
    for format in FORMATS:
        make(tmp_path / format, format, recipe(False).to_text())
    script = """
let tries = 0;
for (const format of given) {
  const whole = bytes(format);
  for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 70)) {
    const broken = whole.slice();
    broken[at] ^= at % 2 ? 0xff : 0x5a;
    for (const one of [whole.slice(0, at), broken]) {
      await tried(new Blob([one]));
      tries += 1;
    }
  }
}
give(tries);
"""
    assert node(script, FORMATS) > 800


def test_of_a_large_file_only_a_part_is_read(node, tmp_path):
    for format in FORMATS:
        make(tmp_path / format, format, recipe(False).to_text())
    script = """
const found = {};
for (const format of given) {
  const asked = [];
  const answer = await tried(vast(bytes(format), 3e9, asked));
  found[format] = [asked.reduce((sum, one) => sum + one, 0), asked.length, answer];
}
give(found);
"""
    for format, (read, pieces, answer) in node(script, FORMATS).items():
        assert read < 4_000_000 and pieces < 60, format
        if format in ("gif", "webp", "sprite", "apng", "mp4", "webm"):
            assert answer["made"] == recipe(False).to_json(), format
