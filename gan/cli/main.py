"""The command line: the same settings, runs and models as the page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gan import config as configs
from gan.cli import clip_commands, hub_commands, train_commands
from gan.datasets import OWN_SIZES
from gan.latent.curves import PATH_KEYS
from gan.latent.timing import EASINGS


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0, 2 after an error (printed to stderr), or 130 when stopped."""
    args = _parser().parse_args(arguments)
    try:
        args.command(args)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"gan: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gan: stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gan", description="Train small GANs, draw from them, and measure them."
    )
    add = parser.add_subparsers(required=True, metavar="COMMAND")

    train = add.add_parser(
        "train",
        help="train a new model",
        description=(
            "Train a new model. To train in several processes: "
            "torchrun --nproc_per_node 2 -m gan train ..."
        ),
    )
    train.add_argument(
        "--preset",
        choices=configs.PRESETS,
        help="base settings (default; own-images for your images)",
    )
    what = train.add_mutually_exclusive_group()
    what.add_argument(
        "--data",
        default="mnist",
        metavar="NAME",
        help=f"{_names()}, or the id of prepared images (mnist)",
    )
    what.add_argument("--images", type=Path, metavar="FOLDER_OR_ZIP", help="train on your images")
    _add_preparing(train)
    train.add_argument("--seed", type=int, default=0, help="seed of all random numbers (0)")
    train.add_argument("--out", type=Path, required=True, help="new folder for the run")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="override a setting, such as width=16; repeatable",
    )
    _add_goal(train)
    _add_saving(train)
    train.set_defaults(command=train_commands.train)

    images = add.add_parser("images", help="prepare your images for training")
    images.add_argument("source", type=Path, metavar="FOLDER_OR_ZIP")
    images.add_argument("--name", default="", help="name to show (that of the folder or zip)")
    _add_preparing(images)
    images.set_defaults(command=train_commands.images)

    resume = add.add_parser(
        "resume",
        help="resume a run, bit for bit",
        description=(
            "Resume a run from its last checkpoint. With a new goal, learning rates never exceed "
            "those reached, or a tenth of the full rates, and decay to zero at the goal."
        ),
    )
    resume.add_argument("folder", type=Path, metavar="DIR")
    _add_goal(resume)
    _add_saving(resume)
    resume.set_defaults(command=train_commands.resume)

    sample = add.add_parser("sample", help="draw images from a model")
    _add_model(sample)
    sample.add_argument("--count", type=int, required=True, help="number of images")
    sample.add_argument("--seed", type=int, default=0, help="seed of the latents (0)")
    sample.add_argument("--label", type=int, help="draw only this class (all in turn)")
    sample.add_argument("--out", type=Path, required=True, help="FILE.png (a grid) or FILE.npz")
    sample.set_defaults(command=train_commands.sample)

    draw = add.add_parser("draw", help="draw a saved picture again from its recipe")
    draw.add_argument("recipe", type=Path, metavar="FILE", help="saved picture, or recipe as JSON")
    draw.add_argument(
        "--model", type=Path, metavar="DIR", help="model folder (the one the recipe names)"
    )
    draw.add_argument("--out", type=Path, metavar="FILE.png", help="output file (FILE-again.png)")
    draw.add_argument("--scale", type=int, default=8, help="integer upscaling factor (8)")
    draw.set_defaults(command=train_commands.draw)

    loop = add.add_parser("interpolate", help="export a loop through several seeds")
    _add_model(loop)
    loop.add_argument("--seeds", type=_numbers, required=True, metavar="1,2,3")
    loop.add_argument("--labels", type=_numbers, metavar="0,1,2", help="class of each seed")
    loop.add_argument("--path", default="spline", choices=PATH_KEYS)
    loop.add_argument("--open", action="store_true", help="do not return to the first seed")
    loop.add_argument("--easing", default="none", choices=EASINGS)
    loop.add_argument("--frames", type=int, default=120, help="number of frames (120)")
    loop.add_argument("--fps", type=float, default=25, help="frames per second (25)")
    loop.add_argument("--scale", type=int, default=8, help="integer upscaling factor (8)")
    loop.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="output file: .gif .mp4 .webm .webp .apng .zip, or .png for a sprite sheet",
    )
    loop.set_defaults(command=clip_commands.interpolate)

    render = add.add_parser("render", help="render a clip again, byte for byte, from its recipe")
    render.add_argument(
        "recipe", type=Path, metavar="FILE", help="exported clip, or recipe as JSON"
    )
    render.add_argument(
        "--model", type=Path, metavar="DIR", help="model folder (the one the recipe names)"
    )
    render.add_argument("--out", type=Path, metavar="FILE", help="output file (FILE-again)")
    render.set_defaults(command=clip_commands.render)

    evaluate = add.add_parser("evaluate", help="measure a model against real images")
    which = evaluate.add_mutually_exclusive_group(required=True)
    which.add_argument("folder", nargs="?", type=Path, metavar="MODEL", help="model folder")
    which.add_argument("--model", type=Path, metavar="DIR", help="the same as MODEL")
    evaluate.add_argument("--count", type=int, default=10_000, help="images to draw (10000)")
    evaluate.add_argument("--seed", type=int, default=0, help="seed of the latents (0)")
    evaluate.add_argument(
        "--only",
        metavar="NAMES",
        help="comma-separated: frechet,precision-recall,memorisation,accuracy (all); accuracy "
        "trains a classifier for a minute or more",
    )
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.add_argument(
        "--card",
        action="store_true",
        help="write the results and a sample grid to README.md in the model folder",
    )
    evaluate.set_defaults(command=train_commands.evaluate)

    doctor = add.add_parser("doctor", help="diagnose a run and list remedies")
    doctor.add_argument("folder", type=Path, metavar="RUN")
    doctor.set_defaults(command=train_commands.doctor)

    _add_hub(add)
    return parser


def _names() -> str:
    return ", ".join(configs.DATASETS)


def _add_preparing(parser: argparse.ArgumentParser) -> None:
    sizes = ", ".join(map(str, OWN_SIZES))
    parser.add_argument(
        "--size", type=int, default=64, metavar="PX", help=f"side of your images: {sizes} (64)"
    )
    parser.add_argument(
        "--fit",
        default="crop",
        choices=("crop", "pad"),
        help="crop to the centre, or pad with a border (crop)",
    )
    parser.add_argument(
        "--most", type=int, default=100_000, help="maximum number of images to read (100000)"
    )


def _add_hub(add: argparse._SubParsersAction) -> None:
    push = add.add_parser("push", help="publish a model on the Hugging Face Hub")
    push.add_argument("folder", type=Path, metavar="MODEL", help="folder of a run or bundled model")
    push.add_argument("repo", metavar="OWNER/NAME")
    push.add_argument("--private", action="store_true", help="create a private repository")
    push.add_argument(
        "--licence", default="apache-2.0", metavar="ID", help="licence id of the Hub (apache-2.0)"
    )
    push.set_defaults(command=hub_commands.push)

    pull = add.add_parser("pull", help="download a model from the Hugging Face Hub")
    pull.add_argument("repo", metavar="OWNER/NAME")
    pull.add_argument("--revision", help="branch, tag or commit (the newest)")
    pull.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder")
    pull.set_defaults(command=hub_commands.pull)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, required=True, metavar="DIR", help="folder of a run or bundled model"
    )


def _add_goal(parser: argparse.ArgumentParser) -> None:
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument(
        "--steps", type=int, help="goal in steps of G, counted from the start of the run"
    )
    goal.add_argument("--seconds", type=float, help="goal in seconds of training from now on")


def _add_saving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--save-every",
        type=float,
        default=10,
        metavar="SECONDS",
        help="most training to lose in a power cut (10)",
    )


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list like 1,2,3") from None
