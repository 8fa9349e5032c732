"""Commands that train and draw. They raise ValueError, OSError or RuntimeError with a message."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from tqdm import tqdm

from gan import config as configs
from gan import presets
from gan.cli.arguments import check_file, check_folder, check_out
from gan.cli.image_commands import found, prepare
from gan.datasets import is_own
from gan.models.generator import Generator
from gan.monitor.real_features import RealFeatures, RealFeaturesCache
from gan.monitor.vitals_log import FIRST_S
from gan.recipes.image_recipe import Recipe, save_png
from gan.recipes.model_ids import load_named
from gan.runner.status import RunStatus
from gan.runner.training_loop import TrainingLoop
from gan.runs.run import check_empty
from gan.system.machine import set_threads
from gan.system.signals import stop_event
from gan.training.cluster import Alone, Cluster, joined
from gan.training.pace import shapes_ahead_s

ANY_IMAGES = {"data": "own-000000000000", "image_channels": 1}  # settings of unread images
ROUGH_S = 99.0  # estimates from here on are in minutes


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set takes NAME=VALUE, not {text!r}.")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def train(args: argparse.Namespace) -> None:
    """Train a new run in a new folder, in this process or in all it was launched with."""
    _train(args, _start)


def resume(args: argparse.Namespace) -> None:
    """Resume a run from its last checkpoint, in any number of processes."""
    _train(args, _resume)


def _train(args: argparse.Namespace, opener: Callable[..., None]) -> None:
    """Train in the main process; the other processes follow it."""
    real_features, started_s = RealFeaturesCache(), time.monotonic()

    def features_of(data: str, size: int) -> RealFeatures | None:  # a short run needs none
        return real_features.get(data, size) if time.monotonic() - started_s >= FIRST_S else None

    with joined() as peers, stop_event(ignore_repeats=peers.count > 1) as stop:
        set_threads(peers.here)
        if not peers.main:
            return peers.follow()
        loop = TrainingLoop(features_of, checkpoint_every_s=args.save_every, make=peers.trainer)
        try:
            opener(args, peers, loop)
            _run(loop, args, stop)
        finally:
            loop.abandon()


def _start(args: argparse.Namespace, peers: Alone | Cluster, loop: TrainingLoop) -> None:
    changes = dict(_setting(text) for text in args.set)
    if args.steps is not None:
        changes["steps"] = args.steps
    if args.seconds is not None:
        changes["seconds"] = args.seconds
    own = args.images is not None or is_own(args.data or "")

    def config_of(data: dict[str, Any], has_clips: bool = False) -> configs.Config:
        name = args.preset or presets.usual_preset(data.get("data", ""), has_clips)
        return presets.preset(name, **{**data, "seed": args.seed, **changes})

    check_empty(args.out)
    out = args.out.absolute()
    check_folder(next(each for each in (out, *out.parents) if each.exists()))
    data = {"data": args.data} if args.data else {}
    if args.images is not None:
        config_of(ANY_IMAGES | {"image_size": args.size})  # reading them may take minutes
    if own:
        one = found(args.data) if args.images is None else prepare(args.images, "", args)
        config = config_of(one.settings(), one.has_clips)
    else:
        config = config_of(data)
    peers.check(config)
    loop.start([(config, args.out)])


def _resume(args: argparse.Namespace, _: Alone | Cluster, loop: TrainingLoop) -> None:
    loop.resume(args.folder, steps=args.steps, seconds=args.seconds, alone=True)
    if loop.status.state == "done":
        step = loop.status.step
        raise ValueError(
            f"{args.folder} has already reached step {step}; set a further goal with --steps or "
            "--seconds."
        )


def _run(loop: TrainingLoop, args: argparse.Namespace, stop: Event) -> None:
    """Train to the goal, or until `stop`, with a progress bar on stderr."""
    shown, total = (), None if loop.status.goal_s else loop.status.goal_steps
    estimate = ""
    with tqdm(total=total, initial=loop.status.step, unit="step") as bar:
        while (status := loop.status).state == "running":
            if stop.is_set():  # between steps: half a step could not be resumed bit for bit
                loop.finish()
            else:
                loop.advance()
            bar.update(loop.status.step - bar.n)
            if loop.status is not status and (stats := loop.status.stats):
                bar.set_postfix(loss_g=f"{stats.loss_g:.2f}", loss_d=f"{stats.loss_d:.2f}")
            if loop.status is not status:
                estimate = estimate or _first_shapes(loop.status)
            news = (*loop.status.notes, *filter(None, [loop.status.warning, estimate]))
            for sentence in news:
                if sentence not in shown:
                    tqdm.write(f"gan: {sentence}", file=sys.stderr)
            shown = news
    if status.state == "failed":
        raise RuntimeError(status.error)
    if status.state == "paused":  # the disk refused the last checkpoint
        raise OSError(status.warning)
    if stop.is_set():
        raise KeyboardInterrupt
    folder = args.out if hasattr(args, "out") else args.folder
    print(f"{folder}: step {status.step}, {status.elapsed_s:.0f} s of training")


def _first_shapes(status: RunStatus) -> str:
    """Return when the first shapes appear, at the run's own pace; "" if unknown or past."""
    shapes_s = shapes_ahead_s(status.config, status.step, status.elapsed_s)
    if shapes_s is None:
        return ""
    about = f"{shapes_s:.2g} s" if shapes_s < ROUGH_S else f"{shapes_s / 60:.0f} min"
    return f"First shapes after about {about}."


def draw(args: argparse.Namespace) -> None:
    """Draw a saved picture again from its recipe."""
    out = args.out or Path(f"{args.recipe.stem}-again.png")
    check_out(out, ".png")
    check_file(args.recipe)
    recipe = Recipe.read(args.recipe)
    generator = Generator.load(args.model) if args.model else load_named(recipe.model)
    image = recipe.draw(generator).repeat(args.scale, axis=1).repeat(args.scale, axis=0)
    # the recipe in the new picture names the model that drew it
    save_png(out, image, replace(recipe, model_id=generator.model_id))
    print(f"{out}: {recipe.model}, seed {recipe.seed}, {image.shape[1]} x {image.shape[0]} px")
    warn_if_other("picture", recipe.model_id, generator)


def warn_if_other(what: str, recipe_id: str, generator: Generator) -> None:
    """Warn on stderr that a recipe was made with other weights than this generator's."""
    if generator.model_id != recipe_id:
        print(
            f"gan: the {what} may differ: it was made with weights {recipe_id}, and this "
            f"model's are {generator.model_id}.",
            file=sys.stderr,
        )
