"""`python -m gan interpolate` and `render`: clips from seeds, and again from their recipes."""

import argparse
from pathlib import Path

from tqdm import tqdm

from gan.cli.arguments import check_file, check_out
from gan.cli.train_commands import warn_if_other
from gan.hub.names import hub_id, origin
from gan.media.formats import FORMATS, format_of
from gan.models.generator import Generator
from gan.paths import ASSETS
from gan.recipes import fields
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.model_ids import load_named, model_folder
from gan.recipes.render import RenderJob
from gan.recipes.training_film import FilmJob, FilmRecipe
from gan.system.machine import set_threads


def interpolate(args: argparse.Namespace) -> None:
    """Export a loop through seeds, with its recipe embedded."""
    format = format_of(args.out)
    check_out(args.out)
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
    names = ("path", "easing", "frames", "fps", "motion", "scale")
    given = {name: getattr(args, name) for name in names}
    given |= {fields.MARKS["clip"]: fields.VERSION, "model": _name(args.model), "keys": keys}
    given |= {"model_id": generator.model_id, "closed": not args.open, "format": format}
    recipe = ClipRecipe.from_json(given)
    _write(recipe, generator, args.out)


def render(args: argparse.Namespace) -> None:
    """Render a clip, or the training film of a run, again from its recipe."""
    check_file(args.recipe)
    given = fields.read(args.recipe)
    if fields.kind_of(given) == "film":
        return _film(given, args)
    recipe = ClipRecipe.from_json(given)
    out = _out(args, recipe.format)
    generator = Generator.load(args.model) if args.model else load_named(recipe.model)
    _write(recipe, generator, out)
    warn_if_other("clip", recipe.model_id, generator)


def _film(given: dict, args: argparse.Namespace) -> None:
    recipe = FilmRecipe.from_json(given)
    out = _out(args, recipe.format)
    _render(FilmJob(recipe, args.model or model_folder(recipe.model)), recipe.frames, out)


def _write(recipe: ClipRecipe, generator: Generator, out: Path) -> None:
    set_threads()  # as the page does: the last bits depend on their number
    _render(RenderJob(recipe, generator), recipe.frames, out)


def _render(job: RenderJob | FilmJob, frames: int, out: Path) -> None:
    with tqdm(total=frames, unit="frame") as bar:
        job.render(out, on_frame=lambda _: bar.update())
    print(f"{out}: {frames} frames, {out.stat().st_size / 1000:.0f} kB")


def _out(args: argparse.Namespace, format: str) -> Path:
    """Return the output path, checked for the recipe's format; see `check_out` for exceptions."""
    out = args.out or Path(f"{args.recipe.stem}-again{FORMATS[format]}")
    check_out(out, *sorted({FORMATS[format], f".{format}"} - {".sprite"}))
    return out


def _name(folder: Path) -> str:
    """Return the name by which a recipe refers to the model in a folder."""
    folder = folder.resolve()
    if name := origin(folder):
        return hub_id(name)
    bundled = folder.parent == ASSETS / "models"
    return (folder.name if bundled else f"run:{folder.name}")[:200]
