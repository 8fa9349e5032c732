"""The page: a header with the menu of models, and the tabs."""

import os
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from demo import bundles, document, text
from demo.address import LOOPBACK, Addresses
from demo.endpoint import asking
from demo.explore import tab as explore
from demo.export.events import visitor
from demo.generate import weights
from demo.hub import panel
from demo.interpolate import tab as interpolate
from demo.panels import QUIET, Menu
from demo.server import recipes
from demo.server.model_menu import choices, preferred
from demo.server.request_guard import RequestGuard
from demo.server.studio import Studio
from demo.theme import theme
from demo.train import routes as presence
from demo.train import tab as train
from demo.train.images import routes as image_uploads
from demo.train.runs import routes as run_files

SHEETS = (
    "core/app",
    "hub/hub",
    "explore/explore",
    "time/time_slider",
    "interpolate/interpolate",
    "interpolate/export/export",
    "train/watch/watch",
    "train/doctor/doctor",
    "train/form/form",
    "train/manual/manual",
    "train/manual/drawing",
    "train/runs/runs",
    "train/compare/compare",
    "train/images/images",
)
HEADER = (  # its texts and the elements that hold them
    ("skip", '<a class="ls-skip" href="#explore">${value}</a>'),
    ("title", "<h1>${value}</h1>"),
    ("line", "${value}"),
)
FILES_KEPT_S = 3600  # exported files can be downloaded for an hour
FILES_CHECKED_S = 300


class Compression(GZipMiddleware):
    """Compress the responses that Gradio does not: it goes by file extensions."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.app if "." in scope.get("path", "") else super().__call__)(scope, receive, send)


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
            for name, tag in HEADER:  # gr.Markdown would cost six more requests
                gr.HTML(t(f"app.{name}"), html_template=tag, elem_classes=f"ls-{name}")
            options, first = choices(studio), studio.settings.first_model
            model = Menu(
                options,
                value=preferred(options, first),
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
            options = choices(studio, asking(request.headers), request.session_hash, current)
            if any(current == model_id for _, model_id in options):
                # no value: another event may have selected a model meanwhile
                return gr.Dropdown(choices=options)
            return gr.Dropdown(choices=options, value=preferred(options, first))

        def gone(request: gr.Request) -> None:
            studio.exports.stop(visitor(request))
            studio.hub.stop(visitor(request))

        page.unload(gone)
        gr.on([page.load, tabs.select, model.focus], refresh, model, model, **QUIET)
    return page


def launch_options(studio: Studio) -> dict[str, Any]:
    """Return the options of `Blocks.launch` for this page."""
    first = bundles.bundles().address("explore.js").removeprefix("/")  # relative: under any root
    parts = (weights, recipes, run_files, image_uploads, presence)
    on_spaces = "SPACE_ID" in os.environ
    server_name = os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0" if on_spaces else "127.0.0.1")
    named = studio.settings.hosts.lower().replace(",", " ").split()
    hosts = (*LOOPBACK, *named) if named or server_name in LOOPBACK else None
    guard = Middleware(
        RequestGuard, privacy=studio.access.privacy, hosts=hosts, on_spaces=on_spaces
    )
    own = [route for part in parts for route in part.routes(studio)]
    addresses = Middleware(Addresses, studio.settings.public)
    middleware = [guard, addresses, Middleware(Compression), Middleware(document.LinkPreview)]
    return {
        "app_kwargs": {
            "routes": bundles.routes() + document.routes() + own,
            "middleware": middleware,
        },
        "server_name": server_name,
        "theme": theme(),
        "css_paths": [bundles.STATIC / f"{name}.css" for name in SHEETS],
        "head": f'<script type="module" src="{first}"></script>',
        "i18n": text.i18n(),
        "run_history": False,
        "ssr_mode": False,
        "footer_links": [],
    }
