"""The page: a header with the menu of models, and the tabs."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import text
from demo.events import QUIET
from demo.explore import tab as explore
from demo.export.events import visitor
from demo.hub import panel
from demo.interpolate import tab as interpolate
from demo.panels import STATIC, first, preloads
from demo.server.model_menu import choices, model_name, preferred
from demo.server.studio import Studio
from demo.theme import theme
from demo.train import tab as train
from demo.train.images import routes as image_uploads
from demo.train.runs import routes as run_files

SHEETS = (
    "app",
    "hub",
    "explore",
    "moments",
    "interpolate",
    "export",
    "train",
    "doctor",
    "form",
    "hand",
    "hand_drawing",
    "runs",
    "duel",
    "images",
)
FILES_KEPT_S = 3600  # exported files can be downloaded for an hour
FILES_CHECKED_S = 300


def build(studio: Studio) -> gr.Blocks:
    """Build the page, to launch with `launch_options`."""
    t = text.i18n()
    with gr.Blocks(
        title=text.say("app.title"),
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(FILES_CHECKED_S, FILES_KEPT_S),
    ) as page:
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
            if studio.settings.hub:
                panel.build(studio, model)
        with gr.Tabs(elem_classes="ls-tabs") as tabs:
            for name, tab in (("explore", explore), ("interpolate", interpolate), ("train", train)):
                with gr.Tab(t(f"tab.{name}"), id=name):
                    tab.build(studio, model, t)

        def refresh(current: str | None, request: gr.Request) -> Any:
            options = choices(studio, request.session_hash)
            folder = studio.model_folders().get(current)
            if folder is not None:
                if all(current != value for _, value in options):  # hidden, but known by name
                    options.append((model_name(current, folder), current))
                # no value: another event may have selected a model meanwhile
                return gr.Dropdown(choices=options)
            return gr.Dropdown(choices=options, value=preferred(options))

        def gone(request: gr.Request) -> None:
            studio.exports.stop(visitor(request))
            studio.hub.stop(visitor(request))

        page.unload(gone)
        gr.on([page.load, tabs.select, model.focus], refresh, model, model, **QUIET)
    return page


def launch_options(studio: Studio) -> dict[str, Any]:
    """The options of `Blocks.launch` for this page."""
    at_once = ("explore", "hub") if studio.settings.hub else ("explore",)
    return {
        "app_kwargs": {"routes": [*run_files.routes(studio), *image_uploads.routes(studio)]},
        "theme": theme(),
        "css_paths": [STATIC / f"{name}.css" for name in SHEETS],
        "head": f"{preloads(*at_once)}\n{first('owner')}",
        "i18n": text.i18n(),
        "run_history": False,
        "ssr_mode": False,
        "footer_links": [],
    }
