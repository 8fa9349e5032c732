"""The Train tab: start a run, watch, understand and control it, and use its model."""

import gradio as gr

from demo.panels import QUEUED
from demo.server.model_menu import selector
from demo.server.studio import Studio
from demo.train import form
from demo.train.compare import panel as compare
from demo.train.images import panel as images
from demo.train.manual import panel as manual
from demo.train.runs import panel as runs
from demo.train.watch import panel as watch

VIEWS = (("manual", manual), ("compare", compare), ("runs", runs), ("images", images))


def build(studio: Studio, model: gr.Dropdown, t: gr.I18n) -> None:
    """Build the tab: views of runs on the left, the form on the right."""
    with gr.Row(elem_classes="ls-panel tr-panel"):
        with (
            gr.Column(elem_classes="ls-stage", min_width=0),
            gr.Tabs(elem_classes="tr-views"),
        ):
            with gr.Tab(t("train.view.watch"), id="watch"):
                watch.build(studio, model, t)
            for name, view in VIEWS:
                with gr.Tab(t(f"train.view.{name}"), id=name):
                    view.build(studio)
        with gr.Column(elem_classes="ls-side tr-side", min_width=0):
            panel = form.build(studio)

    panel.input(selector(studio, "play", done="train.used"), panel, model, **QUEUED)
