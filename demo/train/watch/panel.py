"""Watch: the film of a run, its diagnosis and curves, and the film as a file."""

from __future__ import annotations

from typing import Any

import gradio as gr

from demo.events import QUIET
from demo.export.events import EXPORT, cancel_event, export_event
from demo.panels import Panel
from demo.server.endpoint import endpoint
from demo.server.studio import Studio
from demo.train.watch.film import film_spec
from demo.train.watch.progress import Progress
from gan.training.live_settings import difference

CHOSEN = "(model, watched) => ({...watched, model})"


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """Build the content of the nested tab.

    The panel's value is {"show": name} while the visitor watches another run than the current one;
    `model` in it is the one chosen above the tabs.
    """
    watched, access = Progress(studio), studio.access

    def progress(asked: Any) -> dict[str, Any]:
        """{"who", "show", "model", and the last answer's cursor}: see `Progress.poll`.

        `mine`: whether this visitor may apply remedies to the run shown.
        """
        answer, current = watched.poll(asked), studio.runner.status
        shown = current.state in ("running", "paused") and answer["cursor"]["run"] == current.run
        alone = current.beside is None  # the settings of a pair do not change
        who = asked.get("who") if isinstance(asked, dict) else None
        answer["mine"] = shown and alone and access.controls(who)
        return answer

    def frames(asked: Any) -> dict[str, Any]:
        return watched.frames(asked)

    @endpoint
    def treat(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "remedy"}: apply a remedy of the current diagnosis.

        Answers {"step"}, `back` (whether the run was rolled back), and the settings that changed:
        their `changes` and the values `before`.
        """
        before = studio.runner.status
        access.treat(asked.get("who"), asked.get("remedy"))
        after = studio.runner.status
        return {
            "step": after.step,
            "back": after.rollbacks != before.rollbacks,
            "changes": difference(before.config, after.config),
            "before": difference(after.config, before.config),
        }

    @endpoint
    def take_back(asked: dict[str, Any]) -> dict[str, Any]:
        """{"who", "values"}: restore the values that settings had before a remedy."""
        values = asked.get("values")
        if not isinstance(values, dict) or not values:
            raise ValueError("There is nothing to undo.")
        changes = {str(name): value for name, value in values.items()}
        access.act(asked.get("who"), "configure", **changes)
        return {"step": studio.runner.status.step}

    panel = Panel(
        "train/watch",
        value={"model": model.value},
        server_functions=[progress, frames, treat, take_back],
        elem_id="train",
    )
    save, halt, kind, line, saved = _saving(t)
    write = export_event(
        studio.exports,
        "film",
        lambda values: film_spec(studio, values[kind], *_chosen(values[panel])),
    )
    write.__doc__ = 'Write the film of the run on show to a file: "gif", "mp4" or "webm".'
    save.click(write, {kind, panel}, [saved, line], api_name="save_film", **EXPORT)
    halt.click(cancel_event(studio.exports, "film"), None, None, **QUIET)
    model.change(None, [model, panel], panel, js=CHOSEN, **QUIET)


def _chosen(value: Any) -> tuple[Any, Any]:
    value = value if isinstance(value, dict) else {}
    return value.get("show"), value.get("model")


def _saving(t: gr.I18n) -> tuple[gr.Button, gr.Button, gr.Dropdown, gr.HTML, gr.File]:
    """Build the controls below the film: save, cancel, format, progress and file."""
    with gr.Row(elem_classes="ls-export tr-save"):
        save = gr.Button(t("train.save_film"), min_width=0, size="md")
        kind = gr.Dropdown(
            [(name, name.lower()) for name in ("GIF", "MP4", "WebM")],
            value="gif",
            label=t("train.film_kind"),
            container=False,
            filterable=False,
            min_width=0,
            elem_classes="tr-kind",
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
