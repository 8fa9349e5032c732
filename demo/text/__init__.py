"""The texts of the page, one JSON file per language, with flat keys such as "explore.seed"."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from gan.recipes.errors import MESSAGES

LANGUAGES = ("en", "zh")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language by key; "recipe.<key>" of an error of `gan.recipes`."""
    path = Path(__file__).parent / f"{language}.json"
    texts = json.loads(path.read_text(encoding="utf-8"))
    if language == "en":
        texts |= {f"recipe.{key}": message for key, message in MESSAGES.items()}
    return texts


def say(key: str, **values: object) -> str:
    """Return an English text with {names} filled in."""
    return catalogue("en")[key].format(**values)


def visitor_texts(language: Any) -> Callable[..., str]:
    """Return `say` in a browser's language, for what the page cannot translate, such as toasts.

    Anything but a language of the page is English.
    """
    texts = catalogue("zh" if str(language).lower().startswith("zh") else "en")
    return lambda key, **values: texts[key].format(**values)


def i18n() -> gr.I18n:
    """Return all texts, for Gradio's components and our panels, in the browser's language."""
    return gr.I18n(**{language: catalogue(language) for language in LANGUAGES})
