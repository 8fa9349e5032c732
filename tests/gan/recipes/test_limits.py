"""The rules of recipes as data for the page are those that Python checks."""

import json

import pytest

from gan.media.formats import FORMATS
from gan.recipes import clip_recipe, keyframe
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.fields import RecipeError
from gan.recipes.limits import limits
from tests.clips import LEAST

RULES = {
    "clip": clip_recipe.RULES,
    "keyframe": keyframe.RULES,
}
EACH = [(part, name) for part, rules in RULES.items() for name in rules]


def test_limits_are_json_and_cover_every_field():
    found = limits()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {part: list(found[part]) for part in RULES} == {part: [*RULES[part]] for part in RULES}
    assert list(found["formats"]) == list(FORMATS) == found["clip"]["format"]["choices"]
    assert list(found["path_keys"]) == found["clip"]["path"]["choices"]


@pytest.mark.parametrize(("part", "name"), EACH)
def test_limits_are_inclusive(part, name):
    limit, rule = limits()[part][name], RULES[part][name]
    allowed = [limit[end] for end in ("low", "high") if end in limit] + limit.get("choices", [])
    beyond = [limit["high"] + 1] if "high" in limit else []
    beyond += [limit["low"] - 1] if "low" in limit else [0] if rule.kind == "positive" else []
    if "most" in limit:
        allowed, beyond = ["a" * limit["most"]], ["a" * (limit["most"] + 1)]
    if rule.kind == "flag":
        allowed, beyond = [True, False], [0, 1]
    for value in allowed:
        assert rule.check(value, "it") == value
    for value in [*beyond, None, {}]:
        with pytest.raises(RecipeError, match="The recipe's it must be"):
            rule.check(value, "it")


def test_defaults_are_those_of_an_empty_recipe():
    defaults = {name: limit["default"] for name, limit in limits()["clip"].items()}
    assert ClipRecipe.from_json(LEAST | defaults) == ClipRecipe.from_json(LEAST)
