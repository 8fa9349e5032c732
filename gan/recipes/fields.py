"""Validation of the fields of recipes, which are untrusted."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from gan.latent.latents import SEED_MAX, latent
from gan.media import embedded
from gan.recipes.errors import RecipeError

VERSION = 1  # of every kind of recipe
VERSION_MAX = 1_000  # a larger number is no version of a recipe
Z_COUNT = (2, 512)
Z_LIMIT = 100  # of one number; models are trained on numbers within 6
WEIGHT_LIMIT = 10
CLASSES_MAX = 1000
NAME_MAX = 200  # characters
MARKS: Mapping[str, str] = MappingProxyType(  # the field of each kind of recipe with its version
    {"clip": "latent_studio_clip", "picture": "latent_studio", "film": "latent_studio_growth"}
)


class Rule(NamedTuple):
    """The values that a field may have.

    kind: of the rule, the key of its error. parse: returns the value, or None if it is not allowed.
    limits: what is allowed as plain data, for the error and for the page.
    """

    kind: str
    parse: Callable[[Any], Any]
    limits: Mapping[str, Any] = MappingProxyType({})

    def check(self, given: Any, field: str, keyframe: int | None = None) -> Any:
        """Return the value of a field of a recipe or a keyframe. Raises RecipeError."""
        value = self.parse(given)
        if value is None:
            key = self.kind if keyframe is None else f"key_{self.kind}"
            words = ", ".join(self.limits.get("choices", ()))
            raise RecipeError(key, field=field, number=keyframe, words=words, **self.limits)
        return value


def whole(low: int, high: int) -> Rule:
    """Return the rule for integers in [`low`, `high`]; 7.0 is one, as in JavaScript."""

    def parse(given: Any) -> int | None:
        value = integer(given)
        return value if value is not None and low <= value <= high else None

    return Rule("whole", parse, {"low": low, "high": high})


def number(low: float, high: float) -> Rule:
    """Return the rule for numbers in [`low`, `high`]."""
    return Rule(
        "number",
        lambda given: float(given) if _within(given, low, high) else None,
        {"low": low, "high": high},
    )


def positive(high: float) -> Rule:
    """Return the rule for numbers in (0, `high`]."""
    return Rule(
        "positive",
        lambda given: float(given) if _within(given, 0, high) and given != 0 else None,
        {"high": high},
    )


def choice(words: Iterable[str]) -> Rule:
    """Return the rule for one of these words."""
    words = tuple(words)
    return Rule(
        "choice",
        lambda given: given if isinstance(given, str) and given in words else None,
        {"choices": list(words)},
    )


def text(kind: str, low: int, high: int) -> Rule:
    """Return the rule for text of `low` to `high` characters, none of them control or surrogate."""

    def parse(given: Any) -> str | None:
        fits = isinstance(given, str) and low <= len(given) <= high
        fits = fits and not any(unicodedata.category(c) in ("Cc", "Cs") for c in given)
        return given if fits else None

    return Rule(kind, parse, {"most": high})


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


FLAG = Rule("flag", lambda given: given if isinstance(given, bool) else None)
MODEL = text("name", 1, NAME_MAX)
MODEL_ID = Rule("model_id", _model_id)
SEED = whole(0, SEED_MAX)
Z = Rule("z", _floats, {"limit": Z_LIMIT})
CLASSES = Rule("classes", _classes, {"weight": WEIGHT_LIMIT})


def checked(
    data: Mapping[str, Any],
    rules: Mapping[str, Rule],
    required: Collection[str] = (),
    keyframe: int | None = None,
) -> dict[str, Any]:
    """Return the values of the fields of `rules` that are in `data`. Raises RecipeError.

    required: fields that must be there. keyframe: the number of the one that `data` is.
    """
    present = {name: rule for name, rule in rules.items() if name in data or name in required}
    return {name: rule.check(data.get(name), name, keyframe) for name, rule in present.items()}


def kind_of(data: Any) -> str | None:
    """Return which of MARKS parsed JSON has: "clip", "picture", "film" or None."""
    marks = MARKS.items() if isinstance(data, dict) else ()
    return next((kind for kind, mark in marks if mark in data), None)


def check_version(data: Any, kind: str) -> None:
    """Raise RecipeError unless `data` has a version of this kind of recipe up to VERSION."""
    version = integer(data.get(MARKS[kind])) if isinstance(data, dict) else None
    if version is None or not 1 <= version <= VERSION_MAX:
        raise RecipeError(f"not_{kind}")
    if version > VERSION:
        raise RecipeError("newer", version=version)


def latent_of(seed: int, z: tuple[float, ...] | None, z_dim: int) -> np.ndarray:
    """Return `z`, or the latent of `seed` without it, float32 (z_dim,).

    Raises RecipeError if `z` has another size.
    """
    if z is not None and len(z) != z_dim:
        raise RecipeError("other_latents", has=len(z), takes=z_dim)
    return latent(seed, z_dim) if z is None else np.array(z, np.float32)


def check_classes(
    classes: int | tuple[float, ...] | None, count: int, keyframe: int | None = None
) -> None:
    """Raise RecipeError unless the class or the weights fit a model with `count` classes."""
    key = "" if keyframe is None else "key_"
    blended = isinstance(classes, tuple)
    if not count and classes is not None:
        raise RecipeError(f"{key}no_classes", number=keyframe)
    if blended and len(classes) != count:
        raise RecipeError("other_classes", has=len(classes), takes=count)
    if count and not blended and (classes is None or classes >= count):
        raise RecipeError(f"{key}needs_class", number=keyframe, limit=count - 1)


def encode_z(z: tuple[float, ...] | None) -> str | None:
    """Encode numbers as Z requires: base64 of float32, little-endian. None stays None."""
    return None if z is None else base64.b64encode(np.array(z, "<f4").tobytes()).decode()


def plain(value: Any) -> Any:
    """Convert a value to JSON as JavaScript writes it: integral floats without ".0"."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def compact(data: dict[str, Any]) -> str:
    """Serialise a recipe with `embedded.compact`. Raises RecipeError if it is too long."""
    text = embedded.compact(data)
    _check_length(text, embedded.TEXT_MAX)
    return text


def read(path: Path | str, limit: int = embedded.TEXT_MAX) -> Any:
    """Return the unchecked JSON of the recipe that a file embeds or is.

    Raises:
        RecipeError: there is none, it has more than `limit` characters, or it is damaged.
        OSError: the file cannot be read.
    """
    try:
        found = embedded.read_text(path)
    except ValueError as error:
        raise RecipeError("large", limit=embedded.FILE_MAX // 1_000_000_000) from error
    if found is None:
        raise RecipeError("none")
    return load(found, limit)


def load(json_text: str, limit: int = embedded.TEXT_MAX) -> Any:
    """Parse untrusted JSON. Raises RecipeError; limit: characters."""
    _check_length(json_text, limit)
    try:
        return json.loads(json_text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # not JSON, or too deeply nested
        raise RecipeError("damaged") from error


def _check_length(json_text: str, limit: int) -> None:
    if len(json_text) > limit:
        raise RecipeError("long", limit=limit)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")
