"""What may be wrong with a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

# The page has the same messages in other languages: {names} are filled in there, too.
MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        # the file or the text
        "large": "This file is larger than {limit} GB.",
        "none": (
            "This file contains no recipe: it was not saved here, is damaged, or another app "
            "removed the recipe."
        ),
        "not_png": "This file is not a PNG image.",
        "long": "A recipe has at most {limit} characters; this one is longer.",
        "damaged": "This recipe is damaged and cannot be read. Get the complete link or file.",
        "not_picture": "This is not a recipe of Latent Studio.",
        "not_clip": "This is not the recipe of a clip of Latent Studio.",
        "not_film": "This is not the recipe of a film of a training run.",
        "picture": "This is the recipe of a picture, not of a clip.",
        "film": "This is the recipe of a film of a training run, not of a clip.",
        "newer": (
            "This recipe was made by a newer version of Latent Studio (format version {version}). "
            "Update to open it."
        ),
        # fields of a recipe, by the kind of their rule
        "whole": "The recipe's {field} must be a whole number from {low} to {high}.",
        "number": "The recipe's {field} must be a number from {low} to {high}.",
        "positive": "The recipe's {field} must be a number above 0 and up to {high}.",
        "choice": "The recipe's {field} must be one of: {words}.",
        "flag": "The recipe's {field} must be true or false.",
        "name": "The recipe's {field} must be a name of 1 to {most} characters.",
        "caption": (
            "The recipe's {field} must be text of up to {most} characters, without line breaks or "
            "control characters."
        ),
        "model_id": "The recipe's {field} must be 12 hexadecimal digits.",
        "z": (
            "The recipe's {field} must be base64 of 2 to 512 float32 numbers within {limit} of "
            "zero."
        ),
        "classes": (
            "The recipe's {field} must be a class from 0 to 999, or a list of weights from "
            "-{weight} to {weight}."
        ),
        # keyframes, and their fields
        "keys": "The recipe's keys must be a list of {low} to {high} keyframes.",
        "key": "Keyframe {number} must be an object with a seed.",
        "key_whole": (
            "The {field} of keyframe {number} must be a whole number from {low} to {high}."
        ),
        "key_number": "The {field} of keyframe {number} must be a number from {low} to {high}.",
        "key_z": (
            "The {field} of keyframe {number} must be base64 of 2 to 512 float32 numbers within "
            "{limit} of zero."
        ),
        "key_classes": (
            "The {field} of keyframe {number} must be a class from 0 to 999, or a list of weights "
            "from -{weight} to {weight}."
        ),
        # fields together
        "path_keys": "The {path} path joins {low} to {high} keyframes; the recipe has {count}.",
        "path_exactly": "The {path} path joins exactly {low} keyframes; the recipe has {count}.",
        "closes": "The {path} path always closes: closed must be true.",
        "z_lengths": "The z of all keyframes must have the same size.",
        "weight_lengths": "All keyframes with class weights must have the same number of them.",
        # a clip and its model
        "other_latents": (
            "This recipe was made for a model with latents of {has} numbers and this one takes "
            "{takes}: open it with its own model."
        ),
        "other_classes": (
            "This recipe was made for a model with {has} classes and this one has {takes}: open it "
            "with its own model."
        ),
        "no_classes": (
            "Keyframe {number} names a class and this model has none: open it with its own model."
        ),
        "needs_class": (
            "Keyframe {number} needs a class from 0 to {limit} for this model: open it with its "
            "own model."
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
