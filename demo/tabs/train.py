"""Train: start a run, watch it learn, hold it, stop it, and play with what came out."""

from __future__ import annotations

import itertools
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import aclosing
from typing import Any

import gradio as gr

from demo import earlier, films, text
from demo.exporting import exporting, visitor
from demo.models import choices
from demo.panels import Panel
from demo.progress import Progress
from demo.studio import RUN_PREFIX, Studio
from gan.config import PRESETS, RANGES, Config, ConfigError, preset
from gan.data import DataError

log = logging.getLogger(__name__)

QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}
SPEAKS = QUIET | {"queue": True, "concurrency_limit": None}  # toasts travel by the queue
FIRST_PRESET = "default"
ACTIVE = ("loading", "running", "paused")
WAIT_S = 20  # for a job of the runner: one step, then a save
# the settings that a preset fills: field, and the lowest, highest and next value offered
FIELDS = (
    ("batch_size", 8, 256, 8),
    ("d_steps_per_g_step", 1, 10, 1),
    ("lr_g", *RANGES["lr_g"], 1e-5),
    ("lr_d", *RANGES["lr_d"], 1e-5),
)


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
            steps = _steps(studio, t)
            with gr.Row(elem_classes="tr-buttons"):
                start = gr.Button(t("train.start"), variant="primary", min_width=0, size="md")
                hold = gr.Button(t("train.pause"), interactive=False, min_width=0, size="md")
                stop = gr.Button(t("train.stop"), interactive=False, min_width=0, size="md")
            play = gr.Button(t("train.use"), visible=False, size="md")
            note = gr.Markdown(visible=False, elem_classes="ls-note")
            with gr.Row(elem_classes="tr-fields"):
                fields = list(_fields(t))
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
            config = _config(studio, request, name, goal, number, values)
            studio.start(config, token)
        except (ConfigError, DataError, RuntimeError, OSError) as error:
            busy = studio.runner.snapshot.state in ACTIVE
            gr.Warning(_say(request, "train.busy") if busy else str(error))
        return [token, next(wakes), *show(token)]

    def go_on(request: gr.Request, token: str, name: str) -> list[Any]:
        token = token or uuid.uuid4().hex
        try:
            studio.resume(str(name), token)
        except (ValueError, DataError, RuntimeError, LookupError, OSError) as error:
            busy = studio.runner.snapshot.state in ACTIVE
            gr.Warning(_say(request, "train.busy") if busy else str(error))
        return [token, next(wakes), *show(token)]

    def steer(request: gr.Request, token: str, job: str = "") -> list[Any]:
        if studio.steers(token):
            switch = "resume" if studio.runner.snapshot.state == "paused" else "pause"
            try:
                getattr(studio.runner, job or switch)().result(WAIT_S)
            except (FutureTimeout, RuntimeError, OSError) as error:
                log.warning("%s failed: %r", job or switch, error)
                gr.Warning(str(error) or _say(request, "train.slow"))
        return [next(wakes), *show(token)]

    def end(request: gr.Request, token: str) -> list[Any]:
        return steer(request, token, "stop")

    def use(request: gr.Request) -> Any:
        name = RUN_PREFIX + studio.runner.snapshot.run
        options = choices(studio)
        known = name in (value for _, value in options)
        if not known:
            return gr.skip()
        gr.Info(_say(request, "train.used"))
        return gr.Dropdown(choices=options, value=name)

    async def save_film(
        kind: str, request: gr.Request
    ) -> AsyncIterator[tuple[list[str] | None, str]]:
        """Write the film of the run on show to a file: "gif", "mp4" or "webm"."""
        states = exporting(studio.exports, request, "film", lambda: films.order(studio, kind))
        async with aclosing(states):
            async for files, line in states:
                yield files or None, line

    def cancel(request: gr.Request) -> None:
        studio.exports.stop(visitor(request), "film")

    chosen.input(fill, chosen, [chosen, *fields], **QUIET)
    asked = [owner, chosen, steps, seed, *fields]
    start.click(begin, asked, [owner, panel, *buttons], **SPEAKS)
    again.click(go_on, [owner, before], [owner, panel, *buttons], **SPEAKS)
    hold.click(steer, owner, [panel, *buttons], **SPEAKS)
    stop.click(end, owner, [panel, *buttons], **SPEAKS)
    play.click(use, None, model, **SPEAKS)
    panel.input(greet, owner, [owner, *buttons], **QUIET)
    save.click(
        save_film,
        kind,
        [saved, line],
        api_name="save_film",
        concurrency_limit=None,  # see the Interpolate tab
        show_progress="hidden",
    )
    halt.click(cancel, None, None, **QUIET)


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


def _steps(studio: Studio, t: gr.I18n) -> gr.Slider:
    cap = studio.settings.max_steps
    low = min(100, cap)
    goal = min(Config.steps, cap)
    return gr.Slider(low, cap, goal, step=low, label=t("train.steps"), buttons=[])


def _fields(t: gr.I18n) -> Iterator[gr.Number]:
    config = preset(FIRST_PRESET)
    for name, low, high, step in FIELDS:
        yield gr.Number(
            getattr(config, name),
            label=t(f"train.{name}"),
            minimum=low,
            maximum=high,
            step=step,
            precision=0 if isinstance(step, int) else None,
            min_width=0,
        )


def _config(
    studio: Studio, request: gr.Request, name: str, goal: float, seed: float, values: tuple
) -> Config:
    """What was asked for, as a Config; an emptied field is a ConfigError too."""
    names = [row[0] for row in FIELDS]
    asked = dict(zip(names, values, strict=True)) | {"steps": goal, "seed": seed}
    for field, value in asked.items():
        if value is None:
            low, high = RANGES[field]
            label = _say(request, f"train.{field}")
            sentence = _say(request, "train.empty", name=label, low=f"{low:g}", high=f"{high:g}")
            raise ConfigError(sentence)
        if isinstance(getattr(Config, field), int):
            asked[field] = int(value)
    asked["steps"] = min(asked["steps"], studio.settings.max_steps)
    return preset(name, **asked)


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


def _say(request: gr.Request, key: str, **values: object) -> str:
    """A sentence in the visitor's language: toasts do not translate by themselves."""
    language = "zh" if request.headers.get("accept-language", "").startswith("zh") else "en"
    return text.catalogue(language)[key].format(**values)
