"""A model at a moment of its run: the id "run:<name>@<step>" means the weights it had then."""

from __future__ import annotations

import re
from pathlib import Path

from gan.hub.names import PREFIX
from gan.models.generator import Generator
from gan.paths import ROOT
from gan.recipes.fields import RecipeError
from gan.runs.snapshots import kept_steps


def moment(model: str, step: int) -> str:
    """The id of a run's model ("run:<name>") as it was at a step."""
    return f"{model}@{step}"


def parted(model: str) -> tuple[str, int | None]:
    """An id without its step, and the step; None where it names none."""
    found = re.fullmatch(r"(run:.+)@(0|[1-9]\d{0,8})", model, re.ASCII)
    return (found[1], int(found[2])) if found else (model, None)


def load_named(model: str, root: Path = ROOT) -> Generator:
    """The generator of a recipe's model below `root`, also of a moment.

    Raises:
        RecipeError: there is no such model, or that step is not kept (any more).
        gan.models.generator.ModelError: its files are damaged.
    """
    base, step = parted(model)
    folder = model_folder(base, root)
    if step is not None and step not in kept_steps(folder):
        raise RecipeError(f"{base} keeps no weights of step {step}; name a folder with --model.")
    return Generator.load(folder, step)


def model_folder(model: str, root: Path = ROOT) -> Path:
    """The folder of a recipe's model below `root`: a bundled one's, or "run:<name>" in runs/.

    The name is looked up among what is there, never joined to a path: strangers write recipes.

    Raises:
        RecipeError: there is none.
    """
    bundled = {path.parent.name: path.parent for path in root.glob("assets/models/*/config.json")}
    runs = {f"run:{path.parent.name}": path.parent for path in root.glob("runs/*/config.json")}
    if model.startswith(PREFIX):
        raise RecipeError(
            f"{model.removeprefix(PREFIX)} is a model of the Hugging Face Hub: get it by "
            "`python -m gan pull`, and name its folder with --model."
        )
    if (folder := (bundled | runs).get(model)) is None:
        raise RecipeError(f"There is no model {model!r} here; name its folder with --model.")
    return folder
