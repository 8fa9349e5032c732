"""What each command of `python -m gan` does with its arguments.

Every one raises ValueError, OSError or RuntimeError with a sentence. What is heavy to import, torch
above all, is imported by the commands that need it, so that --help answers at once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
from tqdm import tqdm

from gan import config as configs
from gan.datasets import is_own


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--set takes NAME=VALUE, not {text!r}.")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def train(args: argparse.Namespace) -> None:
    """A new run in a new folder, by this process or by all it was launched with."""
    _lead(_begin, args)


def resume(args: argparse.Namespace) -> None:
    """Go on with a run's last checkpoint, by any number of processes."""
    _lead(_open, args)


def _lead(opener: Callable, args: argparse.Namespace) -> None:
    """The main process has the run and trains it; the others follow."""
    from gan.system.machine import set_threads
    from gan.system.signals import stop_event
    from gan.training.launch import joined

    with joined() as peers, stop_event(ignore_repeats=peers.count > 1) as stop:
        set_threads(peers.here)
        if not peers.main:
            return peers.follow()
        run, goal = opener(args, peers)
        with contextlib.closing(run):
            _go_on(run, goal, args, stop)


def _begin(args: argparse.Namespace, peers):  # noqa: ANN001, ANN202
    from gan.runs.run import Run

    changes = dict(_setting(text) for text in args.set)
    if args.steps is not None:
        changes["steps"] = args.steps
    own, data = is_own(args.data), {"data": args.data}
    if args.images is not None:
        from gan.cli.image_commands import prepare, summary

        one = prepare(args.images, "", args.size, args.fit, args.most)
        print(summary(one))
        own, data = True, one.settings()
    elif own:
        from gan.cli.image_commands import settings_of

        data = settings_of(args.data)
    name = args.preset or ("own-images" if own else "default")
    config = configs.preset(name, **{**data, "seed": args.seed, **changes})
    peers.check(config)
    return Run.create(config, args.out, peers.trainer), config.steps


def images(args: argparse.Namespace) -> None:
    """Images of one's own; see `gan.cli.image_commands`."""
    from gan.cli.image_commands import images as prepare

    prepare(args)


def _open(args: argparse.Namespace, peers):  # noqa: ANN001, ANN202
    from gan.runs.run import Run

    run = Run.resume(args.folder, peers.trainer)
    goal = args.steps if args.steps is not None else run.config.steps
    if args.seconds is None and run.step >= goal:
        raise ValueError(f"{args.folder} is at step {run.step} already; say --steps or --seconds.")
    return run, goal if args.seconds is None else sys.maxsize


def _go_on(run, steps: int, args: argparse.Namespace, stop: Event) -> None:  # noqa: ANN001
    """Step until the goal; saved by `--save-every`, at the end, and when told to stop."""
    from gan.monitor.compare import best_step
    from gan.monitor.real_features import RealFeatures, RealFeaturesCache
    from gan.monitor.vitals_log import FIRST_S, Vitals
    from gan.runner.fault_tolerance import Keeper
    from gan.runs.snapshots import snapshot_steps

    seconds = args.seconds
    if seconds is not None and not seconds > 0:
        raise ValueError("--seconds must be above 0.")
    if not args.save_every >= 0:
        raise ValueError("--save-every must not be below 0.")
    begun_s, framed_s, told, real_features = (
        run.elapsed_s,
        time.monotonic(),
        _Told(),
        RealFeaturesCache(),
    )

    def known(data_name: str, size: int) -> RealFeatures | None:  # not worth reading for an instant
        return real_features.get(data_name, size) if run.elapsed_s - begun_s >= FIRST_S else None

    keeper, vitals = Keeper(run, args.save_every), Vitals(real_features=known)

    def show() -> None:
        vitals.take(run)
        kept = {*snapshot_steps(run.folder), run.step}
        run.keep_snapshot(best=best_step(vitals.rows(run.folder.name), kept))

    bar = tqdm(total=None if seconds else steps, initial=run.step, unit="step")
    with bar:
        if run.step == 0:
            run.keep_snapshot()
        while run.step < steps and (seconds is None or run.elapsed_s - begun_s < seconds):
            if stop.is_set():  # between steps: half of one could not be resumed bit for bit
                break
            if seconds and not begun_s:
                run.trainer.done = run.elapsed_s / seconds
            stats = keeper.advance()
            bar.update(run.step - bar.n)
            told.say(keeper)
            now = time.monotonic()
            if stats and now - framed_s >= 1:
                bar.set_postfix(loss_g=f"{stats.loss_g:.2f}", loss_d=f"{stats.loss_d:.2f}")
                with contextlib.suppress(OSError):  # told when saving
                    show()
                framed_s = now
        saved = keeper.save()
        told.say(keeper)
    if not saved:
        raise OSError(keeper.warning)
    show()
    if stop.is_set():
        raise KeyboardInterrupt
    print(f"{run.folder}: step {run.step}, {run.elapsed_s:.0f} s of training")


class _Told:
    """Says each of a keeper's notes and warnings once, above the bar."""

    def __init__(self) -> None:
        self._notes, self._warning = 0, None

    def say(self, keeper) -> None:  # noqa: ANN001
        news = list(keeper.notes[self._notes :])
        if keeper.warning not in (None, self._warning):
            news.append(keeper.warning)
        self._notes, self._warning = len(keeper.notes), keeper.warning
        for sentence in news:
            tqdm.write(f"gan: {sentence}", file=sys.stderr)


def sample(args: argparse.Namespace) -> None:
    """A grid of images, or all of them as one array."""
    from gan.media.contact_sheet import grid, png_bytes
    from gan.models.generator import Generator

    if not 1 <= args.count <= 1_000_000:
        raise ValueError("--count must lie between 1 and 1000000.")
    if args.out.suffix not in (".png", ".npz"):
        raise ValueError("--out must end in .png or .npz.")
    generator = Generator.load(args.model)
    if args.label is not None and not generator.classes:
        raise ValueError("This model knows no classes; leave --label out.")
    z = np.random.default_rng(args.seed).standard_normal((args.count, generator.z_dim))
    labels = np.arange(args.count) % max(1, generator.classes)
    if args.label is not None:
        labels[:] = args.label
    images = generator.sample(z, labels if generator.classes else None)
    if args.out.suffix == ".npz":
        extra = {"labels": labels.astype(np.int64)} if generator.classes else {}
        np.savez_compressed(args.out, images=images, **extra)
    else:
        columns = 10 if generator.classes else int(np.ceil(np.sqrt(args.count)))
        args.out.write_bytes(png_bytes(grid(images, min(columns, args.count))))
    print(f"{args.out}: {args.count} images")


def draw(args: argparse.Namespace) -> None:
    """A kept picture again, from its recipe."""
    from gan.models.generator import Generator
    from gan.recipes.image_recipe import Recipe, save_png
    from gan.recipes.model_ids import load_named

    if not 1 <= args.scale <= 100:
        raise ValueError("--scale must lie between 1 and 100.")
    out = args.out or Path(f"{args.recipe.stem}-again.png")
    if out.suffix != ".png":
        raise ValueError("--out must end in .png.")
    recipe = Recipe.read(args.recipe)
    generator = Generator.load(args.model) if args.model else load_named(recipe.model)
    image = recipe.draw(generator).repeat(args.scale, axis=1).repeat(args.scale, axis=0)
    # the new picture says what really drew it
    save_png(out, image, replace(recipe, model_id=generator.model_id))
    print(f"{out}: {recipe.model}, seed {recipe.seed}, {image.shape[1]} x {image.shape[0]} px")
    if generator.model_id != recipe.model_id:
        print(
            f"gan: the picture may differ: it was made with weights {recipe.model_id}, and this "
            f"model's are {generator.model_id}.",
            file=sys.stderr,
        )


def evaluate(args: argparse.Namespace) -> None:
    """A model's figures; see `gan.cli.evaluate_command`."""
    from gan.cli.evaluate_command import evaluate as measure

    measure(args)


def doctor(args: argparse.Namespace) -> None:
    """How a run stands; see `gan.cli.doctor_command`."""
    from gan.cli.doctor_command import doctor as tell

    tell(args)
