"""The rules of recipes as plain data for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

from gan.latent.curves import ALWAYS_CLOSED, PATH_KEYS
from gan.media.formats import FORMATS, FPS
from gan.recipes import clip_recipe, keyframe
from gan.recipes.fields import Rule, plain


def limits() -> dict[str, Any]:
    """Return the limits, choices and defaults of clip recipes as JSON."""
    defaults = {field.name: plain(field.default) for field in fields_of(clip_recipe.ClipRecipe)}
    return {
        "clip": {
            name: limit | {"default": defaults[name]}
            for name, limit in _plain(clip_recipe.RULES).items()
        },
        "keyframe": _plain(keyframe.RULES),
        "keys": list(keyframe.KEYS),
        "path_keys": {path: list(keys) for path, keys in PATH_KEYS.items()},
        "always_closed": list(ALWAYS_CLOSED),
        "formats": {format: list(FPS[format]) for format in FORMATS},
    }


def _plain(rules: Mapping[str, Rule]) -> dict[str, dict[str, Any]]:
    return {name: dict(rule.limits) for name, rule in rules.items()}
