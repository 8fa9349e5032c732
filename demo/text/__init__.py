"""The texts of the page, one JSON file per language, with flat keys such as "explore.seed"."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import gradio as gr

LANGUAGES = ("en", "zh")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language by key."""
    path = Path(__file__).parent / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """Return an English text with {names} filled in."""
    return catalogue("en")[key].format(**values)


class VisitorTexts:
    """Texts in the language of one visitor, by the browser's Accept-Language header."""

    @classmethod
    def to(cls, request: gr.Request) -> VisitorTexts:
        """Return the texts for a request: Gradio does not translate toasts and streamed HTML."""
        return cls(request.headers.get("accept-language", ""))

    def __init__(self, accepted: str) -> None:
        self._texts = catalogue("zh" if accepted.lower().startswith("zh") else "en")

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**values)


def i18n() -> gr.I18n:
    """Return all texts, for Gradio's components and our panels, in the browser's language."""
    return gr.I18n(**{language: catalogue(language) for language in LANGUAGES})
