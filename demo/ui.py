"""The page: a header with the shared choice of a model, and one tab a way to play."""

from __future__ import annotations

import re
from typing import Any

import gradio as gr

from demo import text
from demo.panels import STATIC
from demo.studio import RUN_PREFIX, Studio
from demo.tabs import explore, interpolate, train
from demo.theme import theme

DEFAULT_MODEL = "mnist"
QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}


def build(studio: Studio) -> gr.Blocks:
    """The whole page. Launch it with `launch_options()`."""
    t = text.i18n()
    with gr.Blocks(title=text.say("app.title"), fill_width=True, analytics_enabled=False) as page:
        with gr.Row(elem_classes="ls-header"):
            gr.Markdown(t("app.title"), elem_classes="ls-title", container=False)
            gr.Markdown(t("app.line"), elem_classes="ls-line", container=False)
            options = choices(studio)
            model = gr.Dropdown(
                options,
                value=preferred(options),
                label=t("app.model"),
                container=False,
                filterable=False,
                elem_classes="ls-model",
                min_width=160,
            )
        with gr.Tabs(elem_classes="ls-tabs") as tabs:
            for name, tab in (("explore", explore), ("interpolate", interpolate), ("train", train)):
                with gr.Tab(t(f"tab.{name}"), id=name):
                    tab.build(studio, model, t)

        def refresh(current: str | None) -> Any:
            options = choices(studio)
            known = any(current == value for _, value in options)
            return gr.Dropdown(choices=options, value=current if known else preferred(options))

        gr.on([page.load, tabs.select, model.focus], refresh, model, model, **QUIET)
    return page


def launch_options() -> dict[str, Any]:
    """What `Blocks.launch` needs to show this page as designed."""
    return {
        "theme": theme(),
        "css_paths": [STATIC / "app.css"],
        "i18n": text.i18n(),
        "run_history": False,
        "ssr_mode": False,
        "footer_links": [],
    }


def choices(studio: Studio) -> list[tuple[str, str]]:
    """Every model of the server as (what is shown, its id)."""
    return [(model_name(model), model) for model in studio.model_folders()]


def preferred(options: list[tuple[str, str]]) -> str | None:
    """The bundled MNIST model, else the first one there is."""
    ids = [model for _, model in options]
    return DEFAULT_MODEL if DEFAULT_MODEL in ids else next(iter(ids), None)


def model_name(model: str) -> str:
    """A model's id in readable form: "MNIST", or a run's data, day and time."""
    if not model.startswith(RUN_PREFIX):
        return model.replace("-", " ").upper() if model.islower() else model
    name = model.removeprefix(RUN_PREFIX)
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(.+)", name)
    if not found:
        return name
    year, month, day, hour, minute, second, data = found.groups()
    return f"{data.upper()}, {year}-{month}-{day} {hour}:{minute}:{second}"
