"""Validation of the fields of recipes, which are untrusted."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gan.latent.latents import SEED_MAX
from gan.media import embedded

Z_COUNT = (2, 512)
Z_LIMIT = 100  # of one number; models are trained on numbers within 6
WEIGHT_LIMIT = 10
CLASSES_MAX = 1000
NAME_MAX = 200  # characters
DEPTH_MAX = 32  # nesting of lists and objects; recipes need 4


class RecipeError(ValueError):
    """Not a recipe, or not one for this model; the message names the field and what is allowed."""


class Rule(NamedTuple):
    """The values that a field may have.

    parse: returns the value, or None if it is not allowed. allowed: completes the sentence "The
    field must be ...". limits: the same as plain data for the page.
    """

    parse: Callable[[Any], Any]
    allowed: str
    limits: Mapping[str, Any]

    def check(self, given: Any, field: str) -> Any:
        """Return the value. Raises RecipeError."""
        value = self.parse(given)
        if value is None:
            raise RecipeError(f"{field} must be {self.allowed}.")
        return value


def whole(low: int, high: int) -> Rule:
    """Return the rule for integers in [`low`, `high`]; 7.0 is one, as in JavaScript."""

    def parse(given: Any) -> int | None:
        value = integer(given)
        return value if value is not None and low <= value <= high else None

    return Rule(
        parse, f"a whole number from {low} to {high}", {"low": low, "high": high, "whole": True}
    )


def number(low: float, high: float) -> Rule:
    """Return the rule for numbers in [`low`, `high`]."""
    return Rule(
        lambda given: float(given) if _within(given, low, high) else None,
        f"a number from {low} to {high}",
        {"low": low, "high": high},
    )


def positive(high: float) -> Rule:
    """Return the rule for numbers in (0, `high`]."""
    return Rule(
        lambda given: float(given) if _within(given, 0, high) and given != 0 else None,
        f"a number above 0 and up to {high}",
        {"above": 0, "high": high},
    )


def choice(words: Iterable[str]) -> Rule:
    """Return the rule for one of these words."""
    words = tuple(words)
    return Rule(
        lambda given: given if isinstance(given, str) and given in words else None,
        f"one of: {', '.join(words)}",
        {"choices": list(words)},
    )


def text(low: int, high: int, allowed: str) -> Rule:
    """Return the rule for text of `low` to `high` characters, none of them control or surrogate."""

    def parse(given: Any) -> str | None:
        fits = isinstance(given, str) and low <= len(given) <= high
        fits = fits and not any(unicodedata.category(c) in ("Cc", "Cs") for c in given)
        return given if fits else None

    return Rule(parse, allowed, {"least": low, "most": high})


def integer(given: Any) -> int | None:
    """Return an integer or integral float as int, else None."""
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _within(given: Any, low: float, high: float) -> bool:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return is_number and low <= given <= high  # false for NaN


def _model_id(given: Any) -> str | None:
    return given if isinstance(given, str) and re.fullmatch("[0-9a-f]{12}", given) else None


def _floats(given: Any) -> tuple[float, ...] | None:
    if not isinstance(given, str) or not re.fullmatch("[A-Za-z0-9+/]*={0,2}", given):
        return None
    if len(given) % 4 or len(given) > 6 * Z_COUNT[1]:
        return None
    try:
        raw = base64.b64decode(given, validate=True)
    except ValueError:
        return None
    if len(raw) % 4 or not Z_COUNT[0] <= len(raw) // 4 <= Z_COUNT[1]:
        return None
    z = np.frombuffer(raw, "<f4")
    return tuple(z.tolist()) if (np.abs(z) <= Z_LIMIT).all() else None


def _classes(given: Any) -> int | tuple[float, ...] | None:
    label = integer(given)
    if label is not None and 0 <= label < CLASSES_MAX:
        return label
    if isinstance(given, list) and 1 <= len(given) <= CLASSES_MAX:
        if all(_within(weight, -WEIGHT_LIMIT, WEIGHT_LIMIT) for weight in given):
            return tuple(float(weight) for weight in given)
    return None


FLAG = Rule(
    lambda given: given if isinstance(given, bool) else None, "true or false", {"flag": True}
)
MODEL = text(1, NAME_MAX, f"a name of 1 to {NAME_MAX} characters")
MODEL_ID = Rule(_model_id, "12 hexadecimal digits", {"digits": 12})
SEED = whole(0, SEED_MAX)
Z = Rule(
    _floats,
    f"base64 of {Z_COUNT[0]} to {Z_COUNT[1]} float32 numbers within {Z_LIMIT} of zero",
    {"count": list(Z_COUNT), "limit": Z_LIMIT},
)
CLASSES = Rule(
    _classes,
    f"a class from 0 to {CLASSES_MAX - 1}, or a list of weights from -{WEIGHT_LIMIT} to "
    f"{WEIGHT_LIMIT}",
    {"classes": CLASSES_MAX, "weight": WEIGHT_LIMIT},
)


def checked(data: Mapping[str, Any], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """Return the values of those fields of `rules` that are in a recipe. Raises RecipeError."""
    return {
        name: rule.check(data[name], f"The recipe's {name}")
        for name, rule in rules.items()
        if name in data
    }


def required(data: Mapping[str, Any], rules: Mapping[str, Rule]) -> list[Any]:
    """Return the values of all fields of `rules`. Raises RecipeError."""
    return [rule.check(data.get(name), f"The recipe's {name}") for name, rule in rules.items()]


def check_version(data: Any, mark: str, newest: int, kind: str) -> None:
    """Raise RecipeError unless the field `mark` of `data` is a version up to `newest`."""
    version = integer(data.get(mark)) if isinstance(data, dict) else None
    if version is None or version < 1:
        raise RecipeError(f"This is not {kind}.")
    if version > newest:
        raise RecipeError(
            "This recipe was made by a newer version of Latent Studio (format version "
            f"{version}). Update to open it."
        )


def encode_z(numbers: tuple[float, ...]) -> str:
    """Encode numbers as Z requires: base64 of float32, little-endian."""
    return base64.b64encode(np.array(numbers, "<f4").tobytes()).decode()


def plain(value: Any) -> Any:
    """Convert a value to JSON as JavaScript writes it: integral floats without ".0"."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def compact(data: dict[str, Any]) -> str:
    """Serialise a recipe with `embedded.compact`. Raises RecipeError if it is too long."""
    try:
        return embedded.compact(data)
    except ValueError as error:
        raise RecipeError(str(error)) from error


def read(path: Path | str, limit: int = embedded.TEXT_MAX) -> Any:
    """Return the unchecked JSON of the recipe that a file embeds or is.

    Raises:
        RecipeError: there is none, it has more than `limit` characters, or it is damaged.
        OSError: the file cannot be read.
    """
    try:
        found = embedded.read_text(path)
    except ValueError as error:
        raise RecipeError(str(error)) from error
    if found is None:
        raise RecipeError(
            f"{Path(path).name} carries no recipe: it was not exported here, is damaged, or an "
            "app has removed it."
        )
    return load(found, limit)


def load(json_text: str, limit: int = embedded.TEXT_MAX) -> Any:
    """Parse untrusted JSON as a browser does. Raises RecipeError; limit: characters."""
    if len(json_text) > limit:
        raise RecipeError(f"A recipe has at most {limit} characters; this one is longer.")
    try:
        if _depth(json_text) > DEPTH_MAX:
            raise ValueError("too deep")
        return json.loads(json_text, parse_constant=_refuse_constant, parse_int=_parse_int)
    except (ValueError, RecursionError) as error:
        raise RecipeError("This recipe is damaged: it is not JSON.") from error


def _depth(json_text: str) -> int:
    # measured before parsing: a parser's own limit depends on the language and the call stack
    level = deepest = 0
    quoted = False
    for found in re.finditer(r'\\.|["[\]{}]', json_text, re.DOTALL):
        match found[0]:
            case '"':
                quoted = not quoted
            case "[" | "{" if not quoted:
                level += 1
                deepest = max(deepest, level)
            case "]" | "}" if not quoted:
                level -= 1
    return deepest


def _parse_int(digits: str) -> int | float:
    # Python refuses thousands of digits, which JavaScript reads as a large number
    return int(digits) if len(digits) < 300 else float(digits)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")
