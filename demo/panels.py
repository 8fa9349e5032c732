"""Our own components, each a `gr.HTML` whose inside is one folder of demo/static/, and events."""

import inspect
from collections.abc import Callable
from typing import Any

import gradio as gr

from demo.bundles import bundles, identifier
from demo.endpoint import asking, endpoint

# not in the public API; show no progress overlay
_PRIVATE = {"show_progress": "hidden", "api_visibility": "undocumented"}
# quick ones: answered at once, outside the queue
QUIET = _PRIVATE | {"queue": False}
# in the queue, which toasts (gr.Info) need; any number at a time
QUEUED = _PRIVATE | {"concurrency_limit": None}

# keep the chosen model in a panel's value
KEEP_MODEL = "(model, value) => ({...value, model})"

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


async def session(request: gr.Request) -> str:
    """Return the session of the page that calls a server function, which has no `session_hash`."""
    return str((await request.json()).get("session_hash"))


def _served(do: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    """Make a server function of `do`, whose payload names the visitor as `who`."""
    answer = endpoint(do)

    def call(payload: Any, request: gr.Request) -> Any:
        sent = payload if isinstance(payload, dict) else {}
        return answer({"who": asking(request.headers), **sent})

    call.__name__ = do.__name__
    return call


class Menu(gr.Dropdown):
    """A menu whose events check its value themselves: Gradio takes any other one for a failure."""

    is_template = True  # drawn as a gr.Dropdown

    def preprocess(self, payload: Any) -> str | None:
        """Return the value, None if it is not text."""
        return payload if isinstance(payload, str) else None


class Panel(gr.HTML):
    """What people play with: canvases, strips, timelines, drawn by `demo/static/<script>/index.js`.

    It exports `mount({element, props, trigger, watch, server, words})`, called once:

    - `element`: an empty div of its own, which Gradio never writes to again.
    - `props.value`: the component's value, any JSON. Python sets a new one through an event and
      `watch("value", () => ...)` tells; the module sets it with `props.value = ...` (a new
      object, not a change inside the old one) and `trigger("change")` or another Gradio event.
    - `server.<name>(payload)`: calls a function of `server_functions`, each an `endpoint`: it takes
      ONE object and gives JSON. Any visitor can call it with anything, so it must check everything.
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
            server_functions=[
                do if inspect.iscoroutinefunction(do) else _served(do)
                for do in server_functions or ()
            ],
            file=bundles().address(bundles().holders[entry]),
            module=identifier(entry),
            **props,
        )

    def api_info(self) -> dict[str, Any]:
        """Return the schema of a value, which is any JSON."""
        return {"type": "object"}

    def example_payload(self) -> Any:
        """Return what the API page shows."""
        return {}

    example_value = example_payload
