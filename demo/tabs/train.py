"""Train: start a run, watch it learn, hold it, stop it, and play with what came out."""

from __future__ import annotations

import itertools
import logging
import uuid
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import gradio as gr

from demo import earlier, films, text
from demo.controls import FIELDS, FIRST_PRESET, fields_of, steps_of, wanted
from demo.exporting import EXPORT, canceller, exporter
from demo.models import choices
from demo.panels import Panel
from demo.progress import Progress
from demo.studio import RUN_PREFIX, Studio
from gan.config import PRESETS, ConfigError, preset
from gan.data import DataError

log = logging.getLogger(__name__)

QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}
SPEAKS = QUIET | {"queue": True, "concurrency_limit": None}  # toasts travel by the queue
ACTIVE = ("loading", "running", "paused")
WAIT_S = 20  # for a job of the runner: one step, then a save


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The tab's content: the panel to watch on the left, what steers it on the right."""
    watched = Progress(studio)

    def progress(cursor: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        return watched.poll(cursor)

    def frames(wanted: Any) -> dict[str, Any]:
        return watched.frames(wanted)

    owner = gr.BrowserState("", storage_key="latent-studio-owner", secret="latent-studio")
    with gr.Row(elem_classes="ls-panel tr-panel"):
        with gr.Column(elem_classes="ls-stage", min_width=0):
            panel = Panel(
                "train",
                value=0,
                words=text.words("train"),
                server_functions=[progress, frames],
                elem_id="train",
            )
            save, halt, kind, line, saved = _saving(t)
        with gr.Column(elem_classes="ls-side tr-side", min_width=0):
            chosen = gr.Dropdown(
                [(t(f"train.preset.{name}"), name) for name in PRESETS],
                value=FIRST_PRESET,
                label=t("train.preset"),
                info=t(f"train.about.{FIRST_PRESET}"),
                filterable=False,
            )
            steps = steps_of(studio, t)
            with gr.Row(elem_classes="tr-buttons"):
                start = gr.Button(t("train.start"), variant="primary", min_width=0, size="md")
                hold = gr.Button(t("train.pause"), interactive=False, min_width=0, size="md")
                stop = gr.Button(t("train.stop"), interactive=False, min_width=0, size="md")
            play = gr.Button(t("train.use"), visible=False, size="md")
            note = gr.Markdown(visible=False, elem_classes="ls-note")
            with gr.Row(elem_classes="tr-fields"):
                fields = list(fields_of(t))
                seed = gr.Number(0, label=t("train.seed"), precision=0, minimum=0, min_width=0)
            kept, before, again = earlier.build(t)
    buttons = [start, hold, stop, play, note, kept, before, again]
    wakes = itertools.count(1)  # a new value makes the panel look at once

    def show(token: str) -> list[Any]:
        return _buttons(studio, token, t)

    def greet(token: str) -> list[Any]:
        # not on page load: what lies in a tab is mounted, and its state read, when first opened
        token = token or uuid.uuid4().hex
        return [token, *show(token)]

    def fill(name: str) -> list[Any]:
        config = preset(name)
        about = gr.Dropdown(info=t(f"train.about.{name}"))
        return [about, *(getattr(config, row[0]) for row in FIELDS)]

    def begin(
        request: gr.Request, token: str, name: str, goal: float, number: float, *values: Any
    ) -> list[Any]:
        token = token or uuid.uuid4().hex
        try:
            config = wanted(studio, text.Said.to(request), name, goal, number, values)
            studio.start(config, token)
        except (ConfigError, DataError, RuntimeError, OSError) as error:
            busy = studio.runner.snapshot.state in ACTIVE
            gr.Warning(text.Said.to(request)("train.busy") if busy else str(error))
        return [token, next(wakes), *show(token)]

    def go_on(request: gr.Request, token: str, name: str) -> list[Any]:
        token = token or uuid.uuid4().hex
        try:
            studio.resume(str(name), token)
        except (ValueError, DataError, RuntimeError, LookupError, OSError) as error:
            busy = studio.runner.snapshot.state in ACTIVE
            gr.Warning(text.Said.to(request)("train.busy") if busy else str(error))
        return [token, next(wakes), *show(token)]

    def steer(request: gr.Request, token: str, job: str = "") -> list[Any]:
        if studio.steers(token):
            switch = "resume" if studio.runner.snapshot.state == "paused" else "pause"
            try:
                getattr(studio.runner, job or switch)().result(WAIT_S)
            except (FutureTimeout, RuntimeError, OSError) as error:
                log.warning("%s failed: %r", job or switch, error)
                gr.Warning(str(error) or text.Said.to(request)("train.slow"))
        return [next(wakes), *show(token)]

    def end(request: gr.Request, token: str) -> list[Any]:
        return steer(request, token, "stop")

    def use(request: gr.Request) -> Any:
        name = RUN_PREFIX + studio.runner.snapshot.run
        options = choices(studio)
        known = name in (value for _, value in options)
        if not known:
            return gr.skip()
        gr.Info(text.Said.to(request)("train.used"))
        return gr.Dropdown(choices=options, value=name)

    chosen.input(fill, chosen, [chosen, *fields], **QUIET)
    asked = [owner, chosen, steps, seed, *fields]
    start.click(begin, asked, [owner, panel, *buttons], **SPEAKS)
    again.click(go_on, [owner, before], [owner, panel, *buttons], **SPEAKS)
    hold.click(steer, owner, [panel, *buttons], **SPEAKS)
    stop.click(end, owner, [panel, *buttons], **SPEAKS)
    play.click(use, None, model, **SPEAKS)
    panel.input(greet, owner, [owner, *buttons], **QUIET)
    write = exporter(studio.exports, "film", lambda kind: films.order(studio, kind))
    write.__doc__ = 'Write the film of the run on show to a file: "gif", "mp4" or "webm".'
    save.click(write, kind, [saved, line], api_name="save_film", **EXPORT)
    halt.click(canceller(studio.exports, "film"), None, None, **QUIET)


def _saving(t: gr.I18n) -> tuple[gr.Button, gr.Button, gr.Radio, gr.HTML, gr.File]:
    """What stands below the film: two buttons, the format, a line and the file."""
    with gr.Row(elem_classes="ls-export tr-save"):
        save = gr.Button(t("train.save_film"), min_width=0, size="md")
        kind = gr.Radio(
            [(name, name.lower()) for name in ("GIF", "MP4", "WebM")],
            value="gif",
            label=t("train.film_kind"),
            show_label=False,
            container=False,
            min_width=0,
        )
        halt = gr.Button(t("export.cancel"), elem_classes="ls-cancel", min_width=0, size="md")
    line = gr.HTML(elem_classes="ls-export-line tr-save", padding=False)
    saved = gr.File(
        file_count="multiple",
        interactive=False,
        show_label=False,
        elem_classes="ls-export-files tr-save",
    )
    return save, halt, kind, line, saved


def _buttons(studio: Studio, token: str, t: gr.I18n) -> list[Any]:
    """What Start, Pause, Stop, Play and the note say to this visitor now."""
    snapshot = studio.runner.snapshot
    active = snapshot.state in ACTIVE
    mine = studio.steers(token)
    paused = snapshot.state == "paused"
    ready = RUN_PREFIX + snapshot.run in studio.model_folders()
    return [
        gr.Button(interactive=not active),
        gr.Button(
            value=t("train.resume" if paused else "train.pause"),
            interactive=mine and snapshot.state in ("running", "paused"),
        ),
        gr.Button(interactive=mine and snapshot.state in ("running", "paused")),
        gr.Button(visible=ready),
        gr.Markdown(value=t("train.watching"), visible=active and not mine),
        *earlier.offers(studio, active),
    ]
