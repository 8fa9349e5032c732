"""Our own components: a `gr.HTML` whose inside is one folder of demo/static/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.bundles import bundles, identifier

MOUNT = """
const place = element.querySelector(".ls-mount");
const { root = "", i18n_translations: texts } = window.gradio_config;
const words = /^zh\\b/i.test(navigator.language) ? texts.zh : texts.en;
import(root.replace(/\\/+$/, "") + props.file)
  .then((modules) =>
    modules[props.module].mount({ element: place, props, trigger, watch, server, words }))
  .catch((error) => {
    console.error(error);
    const sentence = document.createElement("p");
    sentence.className = "ls-error";
    sentence.textContent = words["panel.broken"].replace("{why}", `${error?.message ?? error} `);
    place.replaceChildren(sentence);
  });
"""


class Panel(gr.HTML):
    """What people play with: canvases, strips, timelines, drawn by `demo/static/<script>/index.js`.

    It exports `mount({element, props, trigger, watch, server, words})`, called once:

    - `element`: an empty div of its own, which Gradio never writes to again.
    - `props.value`: the component's value, any JSON. Python sets a new one through an event and
      `watch("value", () => ...)` tells; the module sets it with `props.value = ...` (a new
      object, not a change inside the old one) and `trigger("change")` or another Gradio event.
    - `server.<name>(payload)`: calls a Python function of `server_functions`. It takes ONE
      argument and gives JSON; any visitor can call it with anything, so it must check everything.
    - `words`: the texts of demo/text/ in the page's language, by their keys ("explore.seed").

    What `mount` throws becomes a sentence in the element.
    """

    def __init__(
        self,
        script: str,
        value: Any = None,
        server_functions: list[Callable[..., Any]] | None = None,
        **props: Any,
    ) -> None:
        entry = f"{script}/index"
        super().__init__(
            value=value,
            html_template='<div class="ls-mount"></div>',
            js_on_load=MOUNT,
            apply_default_css=False,
            server_functions=server_functions,
            file=bundles().address(bundles().holders[entry]),
            module=identifier(entry),
            **props,
        )

    def api_info(self) -> dict[str, Any]:
        """Any JSON; each panel's own author says more."""
        return {"type": "object"}

    def example_payload(self) -> Any:
        """Return what the API page shows."""
        return {}

    def example_value(self) -> Any:
        """Return what the API page shows."""
        return {}
