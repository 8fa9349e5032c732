"""Watch: the film of a run, what the doctor says of it, its curves, and the film as a file."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import text
from demo.export.events import EXPORT, cancel_event, export_event
from demo.panels import Panel
from demo.server.refusals import answer, field
from demo.server.studio import Studio
from demo.train.watch.film import film_spec
from demo.train.watch.progress import Progress
from gan.training.live_settings import difference

CHOSEN = "(model, watched) => ({...watched, model})"
QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The content of its nested tab. The panel's value is {"show": name} while the visitor watches
    another run than the present one, and `model` in it is the one chosen above the tabs.
    """
    watched, access = Progress(studio), studio.access

    def progress(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        """{"who", "show", "model", and the last answer's cursor}: see `Progress.poll`, and

        `mine`: whether this visitor may treat the run that is shown.
        """
        told, going = watched.poll(asked), studio.runner.status
        steered = going.state in ("running", "paused") and told["cursor"]["run"] == going.run
        alone = going.beside is None  # a pair is not changed on its way
        told["mine"] = steered and alone and access.steers(field(asked, "who"))
        return told

    def frames(wanted: Any) -> dict[str, Any]:
        return watched.frames(wanted)

    def treat(asked: Any) -> dict[str, Any]:
        """{"who", "remedy"}: do a remedy of the doctor's. Answers {"step"}, `back`, whether the run
        went back, and of the settings that changed their `changes` and the values `before`.
        """

        def do() -> dict[str, Any]:
            before = studio.runner.status
            access.treat(field(asked, "who"), field(asked, "remedy"))
            after = studio.runner.status
            return {
                "step": after.step,
                "back": after.rewinds != before.rewinds,
                "changes": difference(before.config, after.config),
                "before": difference(after.config, before.config),
            }

        return answer(do)

    def take_back(asked: Any) -> dict[str, Any]:
        """{"who", "values"}: give settings the values that they had before a remedy."""

        def do() -> dict[str, Any]:
            values = field(asked, "values")
            if not isinstance(values, dict) or not values:
                raise ValueError("Nothing is left to take back.")
            changes = {str(name): value for name, value in values.items()}
            access.act(field(asked, "who"), "configure", **changes)
            return {"step": studio.runner.status.step}

        return answer(do)

    panel = Panel(
        "train",
        value={"model": model.value},
        words=text.words("train", "watch", "doctor", "class"),
        server_functions=[progress, frames, treat, take_back],
        elem_id="train",
    )
    save, halt, kind, line, saved = _saving(t)
    write = export_event(
        studio.exports,
        "film",
        lambda given: film_spec(
            studio, given[kind], field(given[panel], "show"), field(given[panel], "model")
        ),
    )
    write.__doc__ = 'Write the film of the run on show to a file: "gif", "mp4" or "webm".'
    save.click(write, {kind, panel}, [saved, line], api_name="save_film", **EXPORT)
    halt.click(cancel_event(studio.exports, "film"), None, None, **QUIET)
    model.change(None, [model, panel], panel, js=CHOSEN, **QUIET)


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
