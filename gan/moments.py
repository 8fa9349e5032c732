"""A model at a moment of its run: the id "run:<name>@<step>" means the weights it had then."""

from __future__ import annotations

import re
from pathlib import Path

from gan.frames import kept_steps
from gan.generator import Generator
from gan.recipe import ROOT, model_folder
from gan.recipe_fields import RecipeError


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
        gan.generator.ModelError: its files are damaged.
    """
    base, step = parted(model)
    folder = model_folder(base, root)
    if step is not None and step not in kept_steps(folder):
        raise RecipeError(f"{base} keeps no weights of step {step}; name a folder with --model.")
    return Generator.load(folder, step)
