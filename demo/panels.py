"""Our own components: a `gr.HTML` whose inside is one ES module of demo/static/."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from demo import text

STATIC = Path(__file__).parent / "static"

MOUNT = """
const place = element.querySelector(".ls-mount");
const words = /^zh\\b/i.test(navigator.language) ? props.words.zh : props.words.en;
const site = window.gradio_config ?? {};
const root = (site.root ?? "").replace(/\\/+$/, "") + (site.api_prefix ?? "/gradio_api");
import(`${root}/file=${props.path}?v=${props.version}`)
  .then((module) => module.mount({ element: place, props, trigger, watch, server, words }))
  .catch((error) => {
    console.error(error);
    const sentence = document.createElement("p");
    sentence.className = "ls-error";
    sentence.textContent = words["panel.broken"].replace("{why}", `${error?.message ?? error} `);
    place.replaceChildren(sentence);
  });
"""


class Panel(gr.HTML):
    """What people play with: canvases, strips, timelines, drawn by `demo/static/<script>.js`.

    The module exports `mount({element, props, trigger, watch, server, words})`, called once:

    - `element`: an empty div of its own, which Gradio never writes to again.
    - `props.value`: the component's value, any JSON. Python sets a new one through an event and
      `watch("value", () => ...)` tells; the module sets it with `props.value = ...` (a new
      object, not a change inside the old one) and `trigger("change")` or another Gradio event.
    - `server.<name>(payload)`: calls a Python function of `server_functions`. It takes ONE
      argument and gives JSON; any visitor can call it with anything, so it must check everything.
    - `words`: this panel's texts in the page's language, by their full keys ("explore.seed").

    A module imports its siblings by `await import("./engine.js" + new URL(import.meta.url).search)`
    so that they carry the same `?v=`, and a new version never meets an old one in a cache.
    What `mount` throws becomes a sentence in the element.
    """

    def __init__(
        self,
        script: str,
        value: Any = None,
        words: dict[str, dict[str, str]] | None = None,
        server_functions: list[Callable[..., Any]] | None = None,
        **props: Any,
    ) -> None:
        gr.set_static_paths([STATIC])
        own = text.words("panel")
        super().__init__(
            value=value,
            html_template='<div class="ls-mount"></div>',
            js_on_load=MOUNT,
            apply_default_css=False,
            server_functions=server_functions,
            words={name: own[name] | (words or {}).get(name, {}) for name in own},
            path=(STATIC / f"{script}.js").as_posix(),
            version=version(),
            **props,
        )

    def api_info(self) -> dict[str, Any]:
        """Any JSON; each panel's own author says more."""
        return {"type": "object"}

    def example_payload(self) -> Any:
        """What the API page shows."""
        return {}

    def example_value(self) -> Any:
        """What the API page shows."""
        return {}


def preloads(*scripts: str) -> str:
    """HTML for the page's head that fetches panels' modules while Gradio itself still starts.

    Without it they are found one import after the other, each a way to the server and back.
    """
    stems = {path.stem for path in STATIC.glob("*.js")}
    wanted, seen = [*scripts], []
    while wanted:
        stem = wanted.pop()
        seen.append(stem)
        code = (STATIC / f"{stem}.js").read_text(encoding="utf-8")
        named = set(re.findall(r'"(?:\./)?([\w-]+)(?:\.js)?"', code)) & stems
        wanted += sorted(named - {*seen, *wanted})
    address, query = f"gradio_api/file={STATIC.as_posix()}", version()
    return "\n".join(
        f'<link rel="modulepreload" href="{address}/{stem}.js?v={query}">' for stem in seen
    )


def first(script: str) -> str:
    """HTML for the page's head that runs a module before any panel is there."""
    address = f"gradio_api/file={STATIC.as_posix()}/{script}.js?v={version()}"
    return f'<script type="module" src="{address}"></script>'


def version() -> str:
    """Changes when any file of demo/static/ does."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.glob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
