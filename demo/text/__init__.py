"""Every word for people, one JSON file a language; keys are flat: "explore.seed"."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import gradio as gr

LANGUAGES = ("en", "zh")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All of one language's texts by key."""
    path = Path(__file__).parent / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """An English sentence of the server's, with {names} filled in."""
    return catalogue("en")[key].format(**values)


class Said:
    """Sentences in the language of one visitor, by what the browser says it accepts."""

    @classmethod
    def to(cls, request: gr.Request) -> Said:
        """Who asked: toasts and streamed lines do not translate by themselves."""
        return cls(request.headers.get("accept-language", ""))

    def __init__(self, accepted: str) -> None:
        self._texts = catalogue("zh" if accepted.lower().startswith("zh") else "en")

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**values)


def i18n() -> gr.I18n:
    """All texts, for Gradio's components and our panels, which choose the browser's language."""
    return gr.I18n(**{language: catalogue(language) for language in LANGUAGES})
