"""JavaScript and Python accept the same clip recipes and refuse others in the same words."""

import base64
import json
import re

import numpy as np
import pytest

from demo.text import catalogue
from gan.latent.latents import latent
from gan.recipes.clip_recipe import RULES, ClipRecipe
from gan.recipes.fields import RecipeError
from gan.recipes.limits import limits
from tests.clips import BAD, CLIP, GOOD, LEAST, key
from tests.node import STATIC, run_node
from tests.recipes import packed

START = (
    f"const LIMITS = {json.dumps(limits())};"
    + """
const { ClipError, ClipRecipes } = await import("./recipes/clip_recipe.js");
const clips = new ClipRecipes(LIMITS);
const tried = (make) => {
  try {
    return { made: make() };
  } catch (error) {
    if (!(error instanceof ClipError)) throw error;
    return { refused: error.message, values: error.values };
  }
};
"""
)
STATE = {**CLIP, "keys": [{"seed": 7, "label": 3}, {"seed": 9, "label": 8, "hold": 0.5}]}
ABOUT = {"model_id": "0123456789ab", "z_dim": 64, "classes": 10}


@pytest.fixture
def node(tmp_path):
    """Run a script that imports the modules, and return what it passes to `give`."""
    return lambda script, given=None: run_node(tmp_path, f"{START}{script}", given)


def sentence(answer):
    """What the page would say."""
    text = catalogue("en")[answer["refused"]]
    return re.sub(r"\{(\w+)\}", lambda found: str(answer["values"][found[1]]), text)


def test_both_languages_give_the_same_verdict_in_the_same_words(node):
    # infinity as JSON can say it; undefined values cannot travel
    texts = [json.dumps(one).replace("Infinity", "1e999") for one in [*GOOD, *[b for b, _ in BAD]]]
    texts += ["", "{", "nan", '{"x": NaN}', "[" * 200_000, " " * 400_001, '"' * 399_999,
              json.dumps(CLIP)[:-1] + ', "x": ' + "[" * 32 + "]" * 32 + "}"]  # fmt: skip
    deep = json.dumps(CLIP)[:-1] + ', "x": ' + "[" * 31 + "]" * 31 + ', "y": 1e999, "frames": 9}'
    found = node("give(given.map((one) => tried(() => clips.parse(one))));", [*texts, deep])
    for text, answer in zip([*texts, deep], found, strict=True):
        try:
            wanted = ClipRecipe.from_text(text)
        except RecipeError as error:
            assert sentence(answer) == str(error), text[:200]
        else:
            assert answer["made"] == wanted.to_json(), text[:200]
    assert sum("made" in answer for answer in found) == len(GOOD) + 1


def test_unknown_fields_are_dropped(node):
    script = """
const made = clips.parse(given);
give({ made: Object.keys(made), key: Object.keys(made.keys[0]), path: made.path,
  clean: Object.keys(Object.prototype).length, polluted: ({}).evil === undefined });
"""
    text = json.dumps(LEAST | {"__proto__": {"evil": 1, "path": "walk"}, "constructor": {"x": 1}})
    found = node(script, text.replace('"class": 3', '"class": 3, "__proto__": {"evil": 1}'))
    assert found["made"] == list(CLIP) and found["key"] == ["seed", "class"]
    assert found["path"] == "spline" and found["clean"] == 0 and found["polluted"]


def test_the_defaults_are_pythons(node):
    own = {name: CLIP[name] for name in RULES}
    assert node("give(clips.defaults);") == own


def test_a_state_comes_back_from_a_recipe(node):
    z = np.float32([-0.0, 1e-45, 0.1, -100, *np.linspace(-3, 3, 60)])
    keys = [{"seed": 1, "label": 0, "z": z.tolist(), "length": 2},
            {"seed": 2, "label": 3, "weights": [0.1, 0, 0, 1 / 3, *[0] * 6], "hold": 0.25},
            {"seed": 3, "label": 9, "z": latent(3, 64).tolist()}]  # fmt: skip
    changed = {"easing": "smooth", "tiles": 3, "fps": 33.3, "caption": "é 🙂", "closed": False}
    state = STATE | {"keys": keys, "model": "run:模 1"} | changed
    script = """
const recipe = clips.pack(given.state, given.about);
const link = clips.toHash(recipe);
const back = clips.fromHash(new URL("https://example.com/a?b=1" + link).hash);
give({ recipe, link, state: clips.unpack(back, given.about) });
"""
    found = node(script, {"state": state, "about": ABOUT})
    recipe = ClipRecipe.from_json(found["recipe"])
    assert np.float32(recipe.keys[0].z).tobytes() == z.tobytes()
    assert recipe.keys[2].z is None  # the latent of its seed goes without saying
    assert [k.classes for k in recipe.keys] == [0, tuple(keys[1]["weights"]), 9]
    assert re.fullmatch("#clip=[A-Za-z0-9_-]+", found["link"])
    back = found["state"]
    keys[2].pop("z")
    assert back.pop("keys") == keys
    assert back == {name: state[name] for name in back}
    assert {*back, "keys", "latent_studio_clip"} == {*CLIP}


def test_latents_and_blends_of_another_model_are_dropped(node):
    script = "give(given.map(([state, about]) => clips.pack(state, about).keys));"
    strange = STATE | {"keys": [{"seed": 1, "label": 3, "z": [0, 1], "weights": [1, 0]}] * 2}
    many = STATE | {"path": "circle", "closed": False}
    bare = ABOUT | {"classes": 0}
    found = node(script, [[strange, ABOUT], [strange, bare], [many, ABOUT]])
    assert found[0] == [{"seed": 1, "class": 3}] * 2
    assert found[1] == [{"seed": 1}] * 2
    assert found[2][1] == {"seed": 9, "class": 8, "hold": 0.5}


def test_both_languages_refuse_the_same_models(node):
    plain = [{"seed": 1}] * 2
    given = [CLIP, LEAST | {"keys": plain}, key(z=packed(0, 1)), key(**{"class": [0, 1, 0]})]
    given += [LEAST | {"keys": [{"seed": 1, "class": 2}] * 2}]
    abouts = [{"z_dim": z, "classes": c} for z, c in [(64, 10), (64, 3), (64, 0), (2, 10)]]
    cases = [(one, about) for one in given for about in abouts]
    script = "give(given.map(([one, about]) => tried(() => clips.unpack(one, about))));"
    for (one, about), answer in zip(cases, node(script, cases), strict=True):
        recipe = ClipRecipe.from_json(one)
        try:
            recipe.latents(about["z_dim"])
            recipe.class_weights(about["classes"])
        except RecipeError as error:
            assert sentence(answer) == str(error)
        else:
            assert len(answer["made"]["keys"]) == 2


def test_invalid_links_are_refused(node):
    def link(text):
        raw = text if isinstance(text, bytes) else text.encode()
        return "#clip=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")

    whole = link(json.dumps(CLIP))
    bad = {
        "#clip=": "clip.damaged",
        "#clip=%%%": "clip.damaged",
        "#clip=A": "clip.damaged",
        whole[:-9]: "clip.damaged",
        link(b"\xff\xfe{}"): "clip.damaged",
        link('{"x": NaN}'): "clip.damaged",
        link("[]"): "clip.not_one",
        "#clip=" + "A" * 64_001: "clip.long_link",
    }
    script = """
const long = { ...given.clip, keys: Array(64).fill({ seed: 1, z: given.z }) };
give({ bad: given.bad.map((one) => tried(() => clips.fromHash(one))),
  whole: clips.fromHash(given.whole),
  none: ["", "#", "#recipe=A", "#Clip="].map((one) => clips.fromHash(one)),
  long: tried(() => clips.toHash(long)), short: clips.toHash(given.clip) });
"""
    values = {"bad": list(bad), "whole": whole, "clip": CLIP, "z": packed(*[0.5] * 512)}
    found = node(script, values)
    assert [answer.get("refused") for answer in found["bad"]] == list(bad.values())
    assert found["whole"] == CLIP and found["none"] == [None] * 4
    assert found["long"]["refused"] == "clip.long_link"
    assert len(found["short"]) < 250  # what is as usual is left out


def test_every_text_exists():
    asked = set()
    for name in ("clip_recipe", "embedded"):
        source = (STATIC / f"recipes/{name}.js").read_text()
        asked |= set(re.findall(r'"clip\.(\w+)"', source))
        asked |= set(re.findall(r'need\([^;]*?, "(\w+)"', source))
        asked |= set(re.findall(r'"(path_\w+)"', source))
        asked |= set(re.findall(r'\["(\w+)", \{', source))
    there = {name.removeprefix("clip.") for name in catalogue("en") if name.startswith("clip.")}
    assert len(asked) > 20 and asked <= there
