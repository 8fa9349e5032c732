"""What each field of a recipe may be: checks of values that come from strangers."""

from __future__ import annotations

import base64
import re
import unicodedata
from typing import Any

import numpy as np

Z_COUNT = (2, 512)
Z_LIMIT = 100.0  # of one number; what a model has seen lies within 6
WEIGHT_LIMIT = 10.0
CLASSES_MAX = 1000
SCALE_MAX = 3.0
NAME_MAX = 200


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


def name(given: Any) -> str:
    """A model's name. Raises RecipeError."""
    # without the characters that no text file or terminal takes: controls, halves of pairs
    fine = isinstance(given, str) and 1 <= len(given) <= NAME_MAX
    if not fine or any(unicodedata.category(c) in ("Cc", "Cs") for c in given):
        raise RecipeError(f"The recipe's model must be a name of 1 to {NAME_MAX} characters.")
    return given


def floats(given: Any) -> tuple[float, ...]:
    """The float32 numbers of base64 text. Raises RecipeError."""
    sentence = "The recipe's z must be base64 of {} to {} float32 numbers within {:.0f} of zero."
    refused = RecipeError(sentence.format(*Z_COUNT, Z_LIMIT))
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


def classes(given: Any) -> int | tuple[float, ...]:
    """A class, or a weight for each. Raises RecipeError."""
    label = whole(given)
    if label is not None and 0 <= label < CLASSES_MAX:
        return label
    if isinstance(given, list) and 1 <= len(given) <= CLASSES_MAX:
        if all(within(weight, -WEIGHT_LIMIT, WEIGHT_LIMIT) for weight in given):
            return tuple(float(weight) for weight in given)
    raise RecipeError(
        f"The recipe's classes must be a class from 0 to {CLASSES_MAX - 1}, or a list of weights "
        f"from -{WEIGHT_LIMIT:.0f} to {WEIGHT_LIMIT:.0f}."
    )
