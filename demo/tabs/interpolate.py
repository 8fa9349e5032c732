"""Interpolate: line up keyframes, watch the loop play, take it home as a file."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import Context

from demo import clips, text
from demo.panels import Panel
from demo.studio import Studio
from gan.export import ExportError

QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}
CHOOSE = "(model, clip) => ({...clip, model})"
IDLE = "() => ({__type__: 'update', interactive: false})"
BUSY = """() => [
    {__type__: 'update', interactive: true}, '', {__type__: 'update', visible: false}
]"""


class Exports:
    """Who is exporting now, by Gradio session, so that each can be told to stop."""

    def __init__(self) -> None:
        self._stops: dict[str, threading.Event] = {}

    def begin(self, session: str) -> threading.Event:
        """A fresh signal for this session; an export it still had is told to stop."""
        self.stop(session)
        self._stops[session] = threading.Event()
        return self._stops[session]

    def stop(self, session: str) -> None:
        """Tell this session's export to stop, if there is one, and forget it."""
        if signal := self._stops.pop(session, None):
            signal.set()


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The tab's content: the playing loop and its keyframes, and beside it the form."""
    exports = Exports()
    settings = studio.settings

    def preview(wish: Any) -> dict[str, Any]:
        try:
            return clips.preview(studio, wish)
        except ValueError as error:
            return {"error": str(error)}

    def export(
        clip: dict[str, Any], request: gr.Request, progress: gr.Progress = gr.Progress()
    ) -> Iterator[tuple[Any, Any]]:
        """Write the clip to a file: {model, keys, path, frames, fps, format, scale}."""
        session = str(request.session_hash)
        signal = exports.begin(session)

        def on_frame(done: int, total: int) -> None:
            progress((done, total), unit="frames")

        # a generator, because Gradio keeps its own copy before it asks for more
        with tempfile.TemporaryDirectory(prefix="latent-studio-") as folder:
            try:
                made = clips.make_file(studio, clip, Path(folder), on_frame, signal)
            except clips.Cancelled:
                return
            except (ValueError, ExportError) as error:
                raise gr.Error(str(error), print_exception=False) from error
            yield (
                gr.File(str(made.path), visible=True),
                f"{made.frames} {t('interpolate.frames')}, {made.seconds:.2f} s, {made.size:,} B",
            )

    def stop(request: gr.Request) -> Any:
        exports.stop(str(request.session_hash))
        return t("interpolate.cancelled")

    def gone(request: gr.Request) -> None:
        exports.stop(str(request.session_hash))

    with gr.Row(elem_classes="ls-panel lc-panel"):
        with gr.Column(elem_classes="ls-stage"):
            panel = Panel(
                "interpolate",
                value={"model": model.value},
                words=text.words("interpolate", "app"),
                server_functions=[preview],
                elem_id="interpolate",
                max_frames=settings.max_frames,
                max_side=settings.max_side_px,
            )
        with gr.Column(elem_classes="ls-side"):
            gr.HTML('<div class="lc-form"></div>', apply_default_css=False)
            with gr.Row(elem_classes="lc-actions"):
                go = gr.Button(t("interpolate.export"), variant="primary", min_width=120)
                halt = gr.Button(t("interpolate.cancel"), interactive=False, min_width=80)
            line = gr.Markdown(elem_classes="ls-note lc-line")
            result = gr.File(visible=False, show_label=False, elem_classes="lc-file")

    model.change(None, [model, panel], panel, js=CHOOSE, **QUIET)
    go.click(None, None, [halt, line, result], js=BUSY, **QUIET)
    running = go.click(
        export,
        panel,
        [result, line],
        api_name="export_clip",
        concurrency_limit=1,
        concurrency_id="export_clip",
        show_progress_on=line,
    )
    running.then(None, None, halt, js=IDLE, **QUIET)
    halt.click(None, None, halt, js=IDLE, **QUIET)
    halt.click(stop, None, line, cancels=running, **QUIET)
    Context.root_block.unload(gone)
