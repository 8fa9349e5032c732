"""The menu of models; the names and descriptions of models, data sets and classes.

Names of data sets and classes are English; the page translates them by the same keys.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from demo.endpoint import asking
from demo.server.model_library import RUN_PREFIX
from demo.server.studio import Studio
from demo.text import catalogue, visitor_texts
from gan.config import Config
from gan.hub.names import PREFIX
from gan.models.generator import Generator
from gan.recipes.model_ids import split_id
from gan.storage.metadata import read_title


def choices(
    studio: Studio, who: str = "", page: str | None = None, current: str | None = None
) -> list[tuple[str, str]]:
    """Return the models of the menu of a visitor's page as (unique name, id).

    Of the Hub's models only those that the page has used, and the `current` one.
    """

    def is_listed(model: str, folder: Path) -> bool:
        if model.startswith(PREFIX):
            return model == current or studio.hub.is_listed(model, page)
        return not (model.startswith(RUN_PREFIX) and studio.access.privacy.hides(who, folder))

    folders = studio.library.folders().items()
    names = {model: model_name(model, path) for model, path in folders if is_listed(model, path)}
    often = Counter(names.values())
    for model, name in names.items():
        if often[name] > 1 and model.startswith(RUN_PREFIX):
            names[model] = f"{name} ({dated_name(model.removeprefix(RUN_PREFIX))})"
    return [(name, model) for model, name in names.items()]


def selector(studio: Studio, key: str = "wanted", done: str = "") -> Callable[..., Any]:
    """Return the handler that selects the model named by a panel's value, if it exists.

    `done`: the key of a text to show then.
    """

    def select(value: Any, request: gr.Request) -> Any:
        wanted = value.get(key) if isinstance(value, dict) else None
        model = split_id(wanted)[0] if isinstance(wanted, str) else None
        who = asking(request.headers)
        if model not in studio.library.folders() or not studio.gate.shows(who, model):
            return gr.skip()
        studio.hub.saw(model, request.session_hash)
        options = choices(studio, who, request.session_hash, model)
        if done:
            # the toast is HTML, and people name their runs
            name = html.escape(next(name for name, each in options if each == model))
            gr.Info(visitor_texts(request.headers.get("accept-language", ""))(done, model=name))
        return gr.Dropdown(choices=options, value=model)

    return select


def preferred(options: list[tuple[str, str]], first: str) -> str | None:
    """Return the id `first` if there is such a model, else that of the first one in the menu."""
    ids = [model for _, model in options]
    return first if first in ids else next(iter(ids), None)


def model_name(model: str, folder: Path) -> str:
    """Return the display name of a model: "MNIST", "owner/name" or the title of a run."""
    if model.startswith(RUN_PREFIX):
        return read_title(folder) or dated_name(model.removeprefix(RUN_PREFIX))
    if model.startswith(PREFIX):
        return model.removeprefix(PREFIX)
    title = data_title(model)
    if title == model and model.islower():
        return model.replace("-", " ").upper()
    return title


def dated_name(run: str) -> str:
    """Return a name for a run without a title: "MNIST, 2026-02-14 09:30:00" and the copy number."""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(.+?)(-b)?(?:-(\d+))?", run)
    if not found:
        return run
    year, month, day, hour, minute, second, data, beside, copy = found.groups()
    name = f"{data_title(data)}, {year}-{month}-{day} {hour}:{minute}:{second}"
    return name + (", B" if beside else "") + (f" ({copy})" if copy else "")


def data_title(data: str) -> str:
    """Return the title of a data set: "Fashion-MNIST"; unknown ones keep their name."""
    return catalogue("en").get(f"data.{data}", data)


def class_names(config: Config, own: Sequence[str] = ()) -> list[str]:
    """Return the names of a model's classes; [] for an unconditional one.

    `own`: names of classes without a text; their numbers if there are not as many names.
    """
    known, count = catalogue("en"), config.classes
    own = own if len(own) == count else [str(k) for k in range(count)]
    return [known.get(f"class.{config.data}.{k}", own[k]) for k in range(count)]


def about(generator: Generator) -> dict[str, Any]:
    """Describe a model to a panel that shows its images."""
    return {
        "model_id": generator.model_id,
        "z_dim": generator.z_dim,
        "classes": generator.classes,
        "data": generator.config.data,
        "labels": class_names(generator.config, generator.class_names),
        "shape": list(generator.shape),
        "motion": generator.network.motion.layers() if generator.moves else None,
    }
