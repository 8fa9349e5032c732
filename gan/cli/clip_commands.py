"""`python -m gan interpolate` and `render`: clips from seeds, and again from their recipes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from gan.hub.names import hub_id, origin
from gan.media.formats import FORMATS, format_of
from gan.paths import ASSETS
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.model_ids import model_folder

if TYPE_CHECKING:
    from gan.models.generator import Generator


def interpolate(args: argparse.Namespace) -> None:
    """Export a loop through seeds, with its recipe embedded."""
    from gan.models.generator import Generator

    format = format_of(args.out)
    generator = Generator.load(args.model)
    labels = args.labels
    if labels is None and generator.classes:
        labels = [number % generator.classes for number in range(len(args.seeds))]
    if labels is not None and not generator.classes:
        raise ValueError("This model has no classes; leave out --labels.")
    if labels is not None and len(labels) != len(args.seeds):
        raise ValueError("--labels needs one class for each seed.")
    keys = [{"seed": seed} for seed in args.seeds]
    for key, label in zip(keys, labels or [], strict=False):
        key["class"] = label
    recipe = ClipRecipe.from_json(
        {
            fields.MARKS["clip"]: fields.VERSION,
            "model": _name(args.model),
            "model_id": generator.model_id,
            "keys": keys,
            "path": args.path,
            "closed": not args.open,
            "easing": args.easing,
            "frames": args.frames,
            "fps": args.fps,
            "format": format,
            "scale": args.scale,
        }
    )
    _write(recipe, generator, args.out)


def render(args: argparse.Namespace) -> None:
    """Render a clip, or the training film of a run, again from its recipe."""
    if not args.recipe.is_file():
        raise ValueError(f"There is no file {args.recipe}.")
    given = fields.read(args.recipe)
    if fields.kind_of(given) == "film":
        return _film(given, args)
    recipe = ClipRecipe.from_json(given)
    out = _out(args, recipe.format)
    from gan.models.generator import Generator
    from gan.recipes.model_ids import load_named

    generator = Generator.load(args.model) if args.model else load_named(recipe.model)
    _write(recipe, generator, out)
    if generator.model_id != recipe.model_id:
        print(
            f"gan: the clip may differ: it was made with weights {recipe.model_id}, and this "
            f"model's are {generator.model_id}.",
            file=sys.stderr,
        )


def _film(given: dict, args: argparse.Namespace) -> None:
    from gan.recipes import training_film

    recipe = training_film.FilmRecipe.from_json(given)
    out = _out(args, recipe.format)
    job = training_film.FilmJob(recipe, args.model or model_folder(recipe.model))
    with tqdm(total=recipe.frames, unit="frame") as bar:
        job.render(out, on_frame=lambda _: bar.update())
    _told(out, recipe.frames)


def _write(recipe: ClipRecipe, generator: Generator, out: Path) -> None:
    from gan.recipes.render import RenderJob
    from gan.system.machine import set_threads

    set_threads()  # as the page does: the last bits depend on their number
    job = RenderJob(recipe, generator)
    with tqdm(total=recipe.frames, unit="frame") as bar:
        job.render(out, on_frame=lambda _: bar.update())
    _told(out, recipe.frames)


def _told(out: Path, frames: int) -> None:
    print(f"{out}: {frames} frames, {out.stat().st_size / 1000:.0f} kB")


def _out(args: argparse.Namespace, format: str) -> Path:
    """Return the output path. Raises ValueError unless its suffix fits the recipe's format."""
    out = args.out or Path(f"{args.recipe.stem}-again{FORMATS[format]}")
    ends = {FORMATS[format], f".{format}"} - {".sprite"}
    if out.suffix.lower() not in ends:
        raise ValueError(f"The recipe makes a file whose name ends in {' or '.join(sorted(ends))}.")
    if not out.parent.is_dir():
        raise ValueError(f"There is no folder {out.parent} to write into.")
    return out


def _name(folder: Path) -> str:
    """Return the name by which a recipe refers to the model in a folder."""
    folder = folder.resolve()
    if name := origin(folder):
        return hub_id(name)
    bundled = folder.parent == ASSETS / "models"
    return (folder.name if bundled else f"run:{folder.name}")[:200]
