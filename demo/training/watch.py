"""Watch: the film of a run, what the doctor says of it, its curves, and the film as a file."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo import films
from demo.exporting import EXPORT, canceller, exporter
from demo.panels import Panel
from demo.progress import Progress
from demo.refusals import answer
from demo.studio import Studio
from gan.steering import difference

CHOSEN = "(model, watched) => ({...watched, model})"
QUIET = {"show_progress": "hidden", "queue": False, "api_visibility": "undocumented"}


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """The content of its nested tab. The panel's value is {"show": name} while the visitor watches
    another run than the present one, and `model` in it is the one chosen above the tabs.
    """
    watched, helm = Progress(studio), studio.helm

    def progress(asked: Any) -> dict[str, Any]:  # Gradio marks what it serves: no bound methods
        """{"who", "show", "model", and the last answer's cursor}: see `Progress.poll`, and

        `mine`: whether this visitor may treat the run that is shown.
        """
        told, going = watched.poll(asked), studio.runner.snapshot
        steered = going.state in ("running", "paused") and told["cursor"]["run"] == going.run
        alone = going.beside is None  # a pair is not changed on its way
        told["mine"] = steered and alone and helm.steers(_part(asked, "who"))
        return told

    def frames(wanted: Any) -> dict[str, Any]:
        return watched.frames(wanted)

    def treat(asked: Any) -> dict[str, Any]:
        """{"who", "remedy"}: do a remedy of the doctor's. Answers {"step"}, `back`, whether the run
        went back, and of the settings that changed their `changes` and the values `before`.
        """

        def do() -> dict[str, Any]:
            before = studio.runner.snapshot
            helm.treat(_part(asked, "who"), _part(asked, "remedy"))
            after = studio.runner.snapshot
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
            values = _part(asked, "values")
            if not isinstance(values, dict) or not values:
                raise ValueError("Nothing is left to take back.")
            changes = {str(name): value for name, value in values.items()}
            helm.act(_part(asked, "who"), "configure", **changes)
            return {"step": studio.runner.snapshot.step}

        return answer(do)

    panel = Panel(
        "train/watch",
        value={"model": model.value},
        server_functions=[progress, frames, treat, take_back],
        elem_id="train",
    )
    save, halt, kind, line, saved = _saving(t)
    write = exporter(
        studio.exports,
        "film",
        lambda wish: films.order(
            studio, wish[kind], _part(wish[panel], "show"), _part(wish[panel], "model")
        ),
    )
    write.__doc__ = 'Write the film of the run on show to a file: "gif", "mp4" or "webm".'
    save.click(write, {kind, panel}, [saved, line], api_name="save_film", **EXPORT)
    halt.click(canceller(studio.exports, "film"), None, None, **QUIET)
    model.change(None, [model, panel], panel, js=CHOSEN, **QUIET)


def _part(asked: Any, name: str) -> Any:
    return asked.get(name) if isinstance(asked, dict) else None


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
