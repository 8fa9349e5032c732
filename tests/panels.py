"""The server functions of a panel, called as the page calls them."""

import inspect
from types import SimpleNamespace

import gradio as gr


def functions(build, studio):
    """Return the functions of the panel that `build(studio)` makes, by name."""
    with gr.Blocks() as page:
        build(studio)
    (panel,) = page.blocks.values()
    return {made.__name__: _called(made) for made in panel.server_fns}


def _called(made):
    nobody = SimpleNamespace(headers={})
    asks = "request" in inspect.signature(made).parameters
    if inspect.iscoroutinefunction(made) or not asks:
        return made
    return lambda payload: made(payload, nobody)
