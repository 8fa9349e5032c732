"""Watch: the film of a run, its diagnosis and curves, and the film as a file."""

from typing import Any

import gradio as gr

from demo import text
from demo.endpoint import asking
from demo.export.events import export_controls
from demo.panels import KEEP_MODEL, QUIET, Menu, Panel
from demo.server.studio import Studio
from demo.train.watch.film import SIZES, film_spec, size_labels
from demo.train.watch.progress import Progress
from demo.train.watch.stopped import StoppedRuns
from gan.training.live_settings import difference


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """Build the content of the nested tab.

    The panel's value is {"show": name} while the visitor watches another run than the current one;
    `model` in it is the one chosen above the tabs.
    """
    watched, access, stopped_runs = Progress(studio), studio.access, StoppedRuns(studio)

    def progress(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "show", "model", and the last answer's cursor}: see `Progress.poll`.

        `mine`: whether this visitor may apply remedies to the run shown. `stopped`, in an answer
        that replaces all: see `StoppedRuns.of`.
        """
        answer, current = watched.poll(payload), studio.runner.status
        shown = current.state in ("running", "paused") and answer["cursor"]["run"] == current.run
        alone = current.beside is None  # the settings of a pair do not change
        answer["mine"] = shown and alone and access.controls(payload.get("who"))
        if answer.get("reset") and (stopped := stopped_runs.of(payload.get("who"))):
            answer["stopped"] = stopped
        return answer

    def treat(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "remedy"}: apply a remedy of the current diagnosis.

        Answers {"step"}, `back` (whether the run was rolled back), and the settings that changed:
        their `changes` and the values `before`.
        """
        before = studio.runner.status
        access.treat(payload.get("who"), payload.get("remedy"))
        after = studio.runner.status
        return {
            "step": after.step,
            "back": after.rollbacks != before.rollbacks,
            "changes": difference(before.config, after.config),
            "before": difference(after.config, before.config),
        }

    def take_back(payload: dict[str, Any]) -> dict[str, Any]:
        """{"who", "values"}: restore the values that settings had before a remedy."""
        values = payload.get("values")
        if not isinstance(values, dict) or not values:
            raise ValueError("There is nothing to undo.")
        changes = {str(name): value for name, value in values.items()}
        access.act(payload.get("who"), "configure", **changes)
        return {"step": studio.runner.status.step}

    panel = Panel(
        "train/watch",
        value={"model": model.value},
        server_functions=[progress, watched.frames, treat, take_back, studio.resume],
        elem_id="train",
    )
    with gr.Row(elem_classes="ls-export tr-save"):
        save = gr.Button(t("train.save_film"), min_width=0, size="md")
        plain: dict[str, Any] = {"container": False, "filterable": False, "scale": 0}
        kind = Menu(
            [(name, name.lower()) for name in ("GIF", "MP4", "WebM")],
            value="gif",
            label=t("train.film_kind"),
            min_width=112,
            elem_classes="tr-kind",
            **plain,
        )
        size = Menu(
            [(t(f"train.film_{name}"), name) for name in SIZES],
            value="medium",
            label=t("train.film_size"),
            min_width=144,
            elem_classes="tr-kind tr-size",
            **plain,
        )
        halt = gr.Button(t("export.cancel"), elem_classes="ls-cancel", min_width=0, size="md")
    export_controls(
        studio.exports,
        "film",
        lambda who, values: film_spec(studio, who, values[kind], values[panel], values[size]),
        {kind, panel, size},
        (save, halt),
        ("tr-save", "tr-save"),
        api_name="save_film",
        api_description='Write the film of the run on show to a file: "gif", "mp4" or "webm"; '
        '"small", "medium" or "large".',
    )

    def measured(values: dict[Any, Any], request: gr.Request) -> Any:
        texts = text.visitor_texts(request.headers.get("accept-language", ""))
        who = asking(request.headers)
        return gr.Dropdown(choices=size_labels(studio, who, values[kind], values[panel], texts))

    size.focus(measured, {kind, panel}, size, **QUIET)  # when the list is opened
    model.change(None, [model, panel], panel, js=KEEP_MODEL, **QUIET)
