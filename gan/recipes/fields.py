"""What each field of a recipe may be: checks of values that come from strangers."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from gan.media import embedded

Z_COUNT = (2, 512)
Z_LIMIT = 100.0  # of one number; what a model has seen lies within 6
WEIGHT_LIMIT = 10.0
CLASSES_MAX = 1000
SCALE_MAX = 3.0
NAME_MAX = 200
DEPTH_MAX = 32  # of lists and objects in one another; a recipe's own lie 4 deep


class RecipeError(ValueError):
    """Not a recipe, or not one for this model; the message says which field and what is allowed."""


def whole(given: Any) -> int | None:
    """The whole number it is, 7.0 too (JavaScript knows no difference), else None."""
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def within(given: Any, low: float, high: float) -> bool:
    """Whether it is a number between the two."""
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return number and low <= given <= high  # nan compares false


def plain(given: Any, low: int, high: int) -> bool:
    """Whether it is text of so many characters, all of them such as files and terminals take."""
    fine = isinstance(given, str) and low <= len(given) <= high
    # controls and halves of pairs
    return fine and not any(unicodedata.category(c) in ("Cc", "Cs") for c in given)


def name(given: Any) -> str:
    """A model's name. Raises RecipeError."""
    if not plain(given, 1, NAME_MAX):
        raise RecipeError(f"The recipe's model must be a name of 1 to {NAME_MAX} characters.")
    return given


def model_id(given: Any) -> str:
    """The name of a model's weights. Raises RecipeError."""
    if not isinstance(given, str) or not re.fullmatch("[0-9a-f]{12}", given):
        raise RecipeError("The recipe's model_id must be 12 hexadecimal digits.")
    return given


def floats(given: Any, field: str = "The recipe's z") -> tuple[float, ...]:
    """The float32 numbers of base64 text. Raises RecipeError."""
    sentence = "{} must be base64 of {} to {} float32 numbers within {:.0f} of zero."
    refused = RecipeError(sentence.format(field, *Z_COUNT, Z_LIMIT))
    if not isinstance(given, str) or not re.fullmatch("[A-Za-z0-9+/]*={0,2}", given):
        raise refused
    if len(given) % 4 or len(given) > 6 * Z_COUNT[1]:
        raise refused
    try:
        raw = base64.b64decode(given, validate=True)
    except ValueError:
        raise refused from None
    if len(raw) % 4 or not Z_COUNT[0] <= len(raw) // 4 <= Z_COUNT[1]:
        raise refused
    z = np.frombuffer(raw, "<f4")
    if not (np.abs(z) <= Z_LIMIT).all():
        raise refused
    return tuple(z.tolist())


def packed(numbers: tuple[float, ...]) -> str:
    """What `floats` reads."""
    return base64.b64encode(np.array(numbers, "<f4").tobytes()).decode()


def classes(given: Any, field: str = "The recipe's classes") -> int | tuple[float, ...]:
    """A class, or a weight for each. Raises RecipeError."""
    label = whole(given)
    if label is not None and 0 <= label < CLASSES_MAX:
        return label
    if isinstance(given, list) and 1 <= len(given) <= CLASSES_MAX:
        if all(within(weight, -WEIGHT_LIMIT, WEIGHT_LIMIT) for weight in given):
            return tuple(float(weight) for weight in given)
    raise RecipeError(
        f"{field} must be a class from 0 to {CLASSES_MAX - 1}, or a list of weights "
        f"from -{WEIGHT_LIMIT:.0f} to {WEIGHT_LIMIT:.0f}."
    )


def compact(data: dict[str, Any]) -> str:
    """The JSON of a recipe as `embedded.compact` writes it. Raises RecipeError: it is too long."""
    try:
        return embedded.compact(data)
    except ValueError as error:
        raise RecipeError(str(error)) from error


def read(path: Path | str) -> Any:
    """The JSON that a file carries. Raises RecipeError: none, too long or damaged; and OSError."""
    try:
        text = embedded.read_text(path)
    except ValueError as error:
        raise RecipeError(str(error)) from error
    if text is None:
        raise RecipeError(
            f"{Path(path).name} carries no recipe: it was not exported here, is damaged, or an "
            "app has removed it."
        )
    return load(text, embedded.TEXT_MAX)


def load(text: str, limit: int) -> Any:
    """What a stranger's JSON says, read as a browser reads it. Raises RecipeError.

    limit: most characters it may have.
    """
    if len(text) > limit:
        raise RecipeError(f"A recipe has at most {limit} characters; this one is longer.")
    try:
        if _depth(text) > DEPTH_MAX:
            raise ValueError("too deep")
        return json.loads(text, parse_constant=_no_number, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise RecipeError("This recipe is damaged: it is not JSON.") from error


def _depth(text: str) -> int:
    # measured beforehand: how deep a reader can go depends on its language and on its caller
    level = deepest = 0
    quoted = False
    for found in re.finditer(r'\\.|["[\]{}]', text, re.DOTALL):
        match found[0]:
            case '"':
                quoted = not quoted
            case "[" | "{" if not quoted:
                level += 1
                deepest = max(deepest, level)
            case "]" | "}" if not quoted:
                level -= 1
    return deepest


def _integer(digits: str) -> int | float:
    # Python refuses thousands of digits, where JavaScript only sees a very large number
    return int(digits) if len(digits) < 300 else float(digits)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON, though Python reads it.")
