"""Ids of models and of their snapshots: "run:<name>@<step>" is the weights of a run at a step."""

from __future__ import annotations

import re
from pathlib import Path

from gan.hub.names import PREFIX
from gan.models.generator import Generator
from gan.paths import ASSETS, runs_folder
from gan.recipes.fields import RecipeError
from gan.runs.snapshots import kept_steps


def snapshot_id(model: str, step: int) -> str:
    """Return the id of a snapshot of a run ("run:<name>")."""
    return f"{model}@{step}"


def split_id(model: str) -> tuple[str, int | None]:
    """Return an id without its step, and the step or None."""
    found = re.fullmatch(r"(run:.+)@(0|[1-9]\d{0,8})", model, re.ASCII)
    return (found[1], int(found[2])) if found else (model, None)


def load_named(model: str) -> Generator:
    """Load the generator of a recipe's model or snapshot.

    Raises:
        RecipeError: there is no such model or snapshot.
        gan.models.generator.ModelError: its files are damaged.
    """
    base, step = split_id(model)
    folder = model_folder(base)
    if step is not None and step not in kept_steps(folder):
        raise RecipeError(f"{base} keeps no weights of step {step}; name a folder with --model.")
    return Generator.load(folder, step)


def model_folder(model: str) -> Path:
    """Return the folder of a recipe's model: a bundled model, or a run in `runs_folder`.

    The name is looked up among existing folders, never joined to a path: recipes are untrusted.
    Raises RecipeError if there is none.
    """
    bundled = {path.parent.name: path.parent for path in ASSETS.glob("models/*/config.json")}
    runs = {f"run:{path.parent.name}": path.parent for path in runs_folder().glob("*/config.json")}
    if model.startswith(PREFIX):
        raise RecipeError(
            f"{model.removeprefix(PREFIX)} is a model of the Hugging Face Hub: download it "
            "with `python -m gan pull` and name its folder with --model."
        )
    if (folder := (bundled | runs).get(model)) is None:
        raise RecipeError(f"There is no model {model!r} here; name its folder with --model.")
    return folder
