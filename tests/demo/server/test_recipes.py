"""Recipes that visitors open: every file and link is read, or refused in a sentence."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import zipfile

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.server.recipes import ADDRESS, MAX_MB, routes
from demo.server.studio import Studio
from demo.settings import Settings
from demo.text import catalogue
from gan.recipes import clip_recipe, fields, image_recipe, keyframe
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.errors import MESSAGES
from gan.recipes.fields import RecipeError
from gan.recipes.image_recipe import KEYWORD, Recipe, save_png
from tests.clip_files import FORMATS, make, recipe
from tests.clips import BAD as BAD_CLIPS
from tests.clips import CLIP, key
from tests.recipes import BAD, PLAIN, packed


@pytest.fixture
def studio(tmp_path, tiny_model):
    """A server with one model of 64 numbers and 10 classes, "mnist"."""
    shutil.copytree(tiny_model, tmp_path / "models/mnist")
    made = Studio(Settings(runs=tmp_path / "runs", models=tmp_path / "models"))
    yield made
    made.close()


@pytest.fixture
def post(studio, tmp_path, monkeypatch):
    """Send a body as the page does, and return the answer; nothing is left on the disk."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    site = TestClient(Starlette(routes=routes(studio)))

    def send(body, kind="clip", **query):
        answer = site.post(ADDRESS, params={"kind": kind, **query}, content=body)
        assert answer.status_code == 200
        assert not list(folder.iterdir())
        return answer.json()

    return send


def link(text, start="#recipe="):
    raw = text if isinstance(text, bytes) else text.encode()
    return (start + base64.urlsafe_b64encode(raw).decode().rstrip("=")).encode()


def picture(path, text, keyword=KEYWORD, **options):
    note = PngImagePlugin.PngInfo()
    note.add_itxt(keyword, text, **options)
    Image.new("L", (28, 28)).save(path, format="PNG", pnginfo=note)
    return path.read_bytes()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("format", FORMATS)
def test_the_clip_of_every_format_is_read(post, tmp_path, format, large):
    path = make(tmp_path / "clip", format, recipe(large).to_text())
    assert post(path.read_bytes()) == {"clip": recipe(large).to_json()}


def test_a_picture_is_read_on_both_tabs(post, tmp_path):
    still = Recipe("模 🙂", "0" * 12, 5, (0.5, -0.25), (0.1, 0.9), 1.5)
    save_png(tmp_path / "a.png", np.zeros((28, 28, 3), np.uint8), still)
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "not this one")
    note.add_text(KEYWORD, json.dumps(still.to_json()))  # tEXt
    Image.new("P", (9, 9)).save(tmp_path / "b.png", pnginfo=note)
    for name in ("a.png", "b.png"):
        for kind in ("picture", "clip"):
            assert post((tmp_path / name).read_bytes(), kind) == {"picture": still.to_json()}
    assert post(json.dumps(PLAIN).encode()) == {"picture": PLAIN}


def test_links_are_read(post):
    strange = {"model": "a/../b <b>", "unknown": 1, "__proto__": {"seed": 5}}
    assert post(link(json.dumps(PLAIN | strange)), "picture") == {
        "picture": PLAIN | {"model": "a/../b <b>"}
    }
    assert post(link(json.dumps(CLIP), "#clip=")) == {"clip": CLIP}


@pytest.mark.parametrize("start", ["#recipe=", "#clip="])
def test_invalid_links_are_refused(post, start):
    kind = "picture" if start == "#recipe=" else "clip"
    whole = link(json.dumps(PLAIN if kind == "picture" else CLIP), start)
    bad = {
        start.encode(): "damaged",
        start.encode() + b"%%%": "damaged",
        start.encode() + b"A": "damaged",
        whole + b"=": "damaged",
        whole[:-9]: "damaged",
        link("hello", start): "damaged",
        link(b"\xff\xfe{}", start): "damaged",
        link('{"x": NaN}', start): "damaged",
        link("[" * 5000, start): "damaged",
        link("[]", start): f"not_{kind}",
        link('{"__proto__": ' + json.dumps(PLAIN) + "}", start): f"not_{kind}",
        link(" " * 400_001, start): "long",
    }
    for body, why in bad.items():
        assert post(body, kind)["error"].startswith(MESSAGES[why].partition("{")[0]), body[:50]


def test_files_without_a_valid_recipe_are_refused(post, tmp_path):
    whole = picture(tmp_path / "a", json.dumps(PLAIN))
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recipe.json", b" " * 50_000_000)
    clips = {
        b"": "none",
        b"#hello": "none",
        b"[]": "none",
        b"\x89PNG\r\n\x1a\n": "none",
        json.dumps(CLIP)[:-1].encode(): "damaged",
        json.dumps(CLIP | {"fps": 0}).encode(): "positive",
        b'{"latent_studio_growth": 1}': "film",
        json.dumps(CLIP).encode() + b" " * 400_000: "long",
        json.dumps(CLIP).encode() + b" " * 4_000_000: "long",
        json.dumps(PLAIN | {"seed": -1}).encode(): "whole",
        (tmp_path / "bomb").read_bytes(): "long",
    }
    pictures = {
        b"": "not_png",
        b"\xff\xd8\xff" + bytes(99): "not_png",
        json.dumps(PLAIN).encode(): "not_png",
        whole[:100]: "none",
        whole[:20]: "none",
        whole[:33] + b"\xff\xff\xff\xff" + whole[37:]: "none",
        whole.replace(b"mnist", b"mnisT"): "none",
        picture(tmp_path / "b", "hello", "Comment"): "none",
        picture(tmp_path / "c", json.dumps(PLAIN), zip=True): "none",
        picture(tmp_path / "d", "text"): "damaged",
        picture(tmp_path / "e", json.dumps(PLAIN | {"seed": -1})): "whole",
        picture(tmp_path / "f", " " * 20_001): "long",
        picture(tmp_path / "g", json.dumps(CLIP)): "not_picture",
    }
    for kind, bodies in {"clip": clips, "picture": pictures}.items():
        for body, why in bodies.items():
            pattern = MESSAGES[why].partition("{")[0]
            assert post(body, kind)["error"].startswith(pattern), (why, body[:50])


def test_no_broken_byte_or_cut_of_a_picture_does_more_than_refuse(post, tmp_path):
    save_png(tmp_path / "a.png", np.zeros((9, 9, 1), np.uint8), Recipe.from_json(PLAIN))
    whole = bytearray((tmp_path / "a.png").read_bytes())
    for at in range(0, len(whole), 3):
        broken = whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :]
        for body in (whole[:at], broken):
            answer = post(bytes(body), "picture")
            assert answer.get("picture", PLAIN) == PLAIN and len(answer) == 1


@pytest.mark.parametrize("format", ["gif", "apng", "sprite", "webp", "mp4", "webm"])
def test_the_start_and_the_end_of_a_large_file_are_enough(post, tmp_path, format):
    whole = make(tmp_path / "clip", format, recipe(False).to_text()).read_bytes()
    start, end, size = whole[: len(whole) - 9], whole, 3_000_000_000
    answer = post(start + end, head=len(start), size=size)
    assert answer == {"clip": recipe(False).to_json()}


def test_strange_sizes_are_no_more_than_refused(post):
    body = json.dumps(CLIP).encode()
    for head, size in [("0", "0"), ("5", "9"), ("99999", "999999"), ("0", "9" * 18)]:
        assert post(body, head=head, size=size) == {"clip": CLIP}
    assert "4 GB" in post(body, head="5", size="9" * 18)["error"]
    for head, size in [("x", "1"), ("1", "9" * 5000), ("-5", "1e9"), ("", "")]:
        assert "error" in post(body, head=head, size=size)
    assert post(bytes(MAX_MB * 1_000_000 + 1))["refused"] == "upload_large"


def test_a_clip_must_fit_its_own_model_if_the_server_has_it(post):
    for given, why in (
        (key(z=packed(0, 1)), "2 latent dimensions; this model has 64"),
        (key(**{"class": [0, 1, 0]}), "3 classes; this model has 10"),
        (key(**{"class": 10}), "needs a class from 0 to 9 for keyframe 2"),
    ):
        assert why in post(json.dumps(given).encode())["error"]
        elsewhere = given | {"model": "hub:some/one"}
        assert post(json.dumps(elsewhere).encode()) == {"clip": elsewhere}


def test_refusals_are_in_the_visitors_language(post):
    body = json.dumps(CLIP | {"path": "x"}).encode()
    assert post(body)["error"].startswith("The recipe's path must be one of: spline, slerp")
    chinese = post(body, language="zh-CN")["error"]
    assert chinese.startswith("配方中的 path") and "spline, slerp" in chinese


def test_every_error_of_the_page_has_a_text_in_every_language():
    rules = [(None, rule) for rule in image_recipe.RULES.values()]
    rules += [(None, rule) for rule in clip_recipe.RULES.values()]
    rules += [(1, rule) for rule in keyframe.RULES.values()]
    errors = []
    for number, rule in rules:
        with pytest.raises(RecipeError) as caught:
            rule.check(None, "it", number)
        errors.append(caught.value)
    for kind, bad in ((Recipe, BAD), (ClipRecipe, BAD_CLIPS)):
        for given, _ in bad:
            with pytest.raises(RecipeError) as caught:
                kind.from_json(given)
            errors.append(caught.value)
    with pytest.raises(RecipeError) as caught:
        fields.load("{")
    for error in [*errors, caught.value]:
        for language in ("en", "zh"):
            text = catalogue(language)[f"recipe.{error.key}"].format(**error.values)
            assert "{" not in text
            assert language == "zh" or text == str(error)
