"""What may be wrong with a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_RULES = {  # by the kind of the rule
    "whole": "a whole number from {low} to {high}",
    "number": "a number from {low} to {high}",
    "positive": "a number above 0 and up to {high}",
    "choice": "one of: {words}",
    "flag": "true or false",
    "name": "a name of 1 to {most} characters",
    "caption": "text of up to {most} characters, without line breaks or control characters",
    "model_id": "12 hexadecimal digits",
    "z": "base64 of 2 to 512 float32 numbers from -{limit} to {limit}",
    "classes": "a class from 0 to 999, or a list of weights from -{weight} to {weight}",
}
# The page has the same messages in other languages: {names} are filled in there, too.
MESSAGES: Mapping[str, str] = MappingProxyType(
    {kind: f"The recipe's {{field}} must be {allowed}." for kind, allowed in _RULES.items()}
    | {
        f"key_{kind}": f"The {{field}} of keyframe {{number}} must be {_RULES[kind]}."
        for kind in ("whole", "number", "z", "classes")
    }
    | {
        # the file or the text
        "large": "This file is larger than {limit} GB.",
        "none": (
            "This file contains no recipe: it was not saved here, is damaged, or another app "
            "removed the recipe."
        ),
        "not_png": "This file is not a PNG image.",
        "long": "A recipe has at most {limit} characters; this one is longer.",
        "damaged": "This recipe is damaged and cannot be read. Get the complete link or file.",
        "not_picture": "This is not a recipe from Latent Studio.",
        "not_clip": "This is not a clip recipe from Latent Studio.",
        "not_film": "This is not the recipe of a training video.",
        "picture": "This is the recipe of an image, not of a clip.",
        "film": "This is the recipe of a training video, not of a clip.",
        "newer": (
            "This recipe was made by a newer version of Latent Studio (format version {version}). "
            "Update to open it."
        ),
        # keyframes
        "keys": "The recipe's keys must be a list of {low} to {high} keyframes.",
        "key": "Keyframe {number} must be an object with a seed.",
        # fields together
        "path_keys": "The {path} path needs {low} to {high} keyframes; the recipe has {count}.",
        "path_exactly": "The {path} path needs exactly {low} keyframes; the recipe has {count}.",
        "closes": "The {path} path always closes: closed must be true.",
        "z_lengths": "The z of all keyframes must have the same size.",
        "weight_lengths": "The class weights of all keyframes must have the same size.",
        # a recipe and its model
        "other_latents": (
            "This recipe needs a model with {has} latent dimensions; this model has {takes}. "
            "Open it with its own model."
        ),
        "other_classes": (
            "This recipe needs a model with {has} classes; this model has {takes}. Open it with "
            "its own model."
        ),
        "no_classes": "The recipe specifies a class, but this model has no classes.",
        "needs_class": (
            "This model needs a class from 0 to {limit}, which the recipe does not specify: it was "
            "made for another model."
        ),
        "key_no_classes": (
            "Keyframe {number} specifies a class, but this model has no classes. Open the recipe "
            "with its own model."
        ),
        "key_needs_class": (
            "This model needs a class from 0 to {limit} for keyframe {number}. Open the recipe "
            "with its own model."
        ),
    }
)


class RecipeError(ValueError):
    """Not a recipe, or not one for this model; the message names the field and what is allowed.

    key: of MESSAGES, whose {names} are filled in with `values`; or the message itself.
    """

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(MESSAGES[key].format(**values) if key in MESSAGES else key)
        self.key, self.values = key, values
