"""The server functions of a panel, called as the page calls them."""

import gradio as gr


def functions(build, studio):
    """Return the functions of the panel that `build(studio)` makes, by name."""
    with gr.Blocks() as page:
        build(studio)
    (panel,) = page.blocks.values()
    return {made.__name__: made for made in panel.server_fns}
