"""The command line: the same Config, Run and Generator as the page, without the page."""

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
    """Run one command. Returns 0, or 2 with a sentence on stderr when something is wrong."""
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
        prog="python -m gan", description="Train small GANs and play with what they learned."
    )
    add = parser.add_subparsers(required=True, metavar="COMMAND")

    train = add.add_parser("train", help="train a new model into a folder")
    train.add_argument("--preset", choices=configs.PRESETS, help="default; own-images for those")
    what = train.add_mutually_exclusive_group()
    what.add_argument("--data", default="mnist", metavar="NAME", help=f"{_names()}, or own-...")
    what.add_argument("--images", type=Path, metavar="FOLDER_OR_ZIP", help="images of your own")
    _add_preparing(train)
    train.add_argument("--seed", type=int, default=0, help="every random number follows from it")
    train.add_argument("--out", type=Path, required=True, help="a new folder for the run")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change one setting of the preset, such as width=16; may be repeated",
    )
    _add_goal(train)
    _add_saving(train)
    train.set_defaults(command=train_commands.train)

    images = add.add_parser("images", help="prepare images of your own to train from")
    images.add_argument("source", type=Path, metavar="FOLDER_OR_ZIP")
    images.add_argument("--name", default="", help="left out, that of the folder or zip")
    _add_preparing(images)
    images.set_defaults(command=train_commands.images)

    resume = add.add_parser("resume", help="go on with a run, bit for bit")
    resume.add_argument("folder", type=Path, metavar="DIR")
    _add_goal(resume)
    _add_saving(resume)
    resume.set_defaults(command=train_commands.resume)

    sample = add.add_parser("sample", help="draw images from a model")
    _add_model(sample)
    sample.add_argument("--count", type=int, required=True)
    sample.add_argument("--seed", type=int, default=0)
    sample.add_argument("--label", type=int, help="one class only; left out, all in turn")
    sample.add_argument("--out", type=Path, required=True, help="FILE.png (a grid) or FILE.npz")
    sample.set_defaults(command=train_commands.sample)

    draw = add.add_parser("draw", help="draw a kept picture again from its recipe")
    draw.add_argument("recipe", type=Path, metavar="FILE", help="a saved picture, or recipe JSON")
    draw.add_argument(
        "--model", type=Path, metavar="DIR", help="left out, the bundled model or run of that name"
    )
    draw.add_argument("--out", type=Path, metavar="FILE.png", help="left out, FILE-again.png here")
    draw.add_argument("--scale", type=int, default=8, help="whole-number enlargement")
    draw.set_defaults(command=train_commands.draw)

    loop = add.add_parser("interpolate", help="write a loop through several seeds")
    _add_model(loop)
    loop.add_argument("--seeds", type=_numbers, required=True, metavar="1,2,3")
    loop.add_argument("--labels", type=_numbers, metavar="0,1,2", help="a class for each seed")
    loop.add_argument("--path", default="spline", choices=PATH_KEYS)
    loop.add_argument("--open", action="store_true", help="do not close the loop")
    loop.add_argument("--easing", default="none", choices=EASINGS)
    loop.add_argument("--frames", type=int, default=120)
    loop.add_argument("--fps", type=float, default=25)
    loop.add_argument("--scale", type=int, default=8, help="whole-number enlargement")
    loop.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="its end names the format: .gif .mp4 .webm .webp .apng .zip, .png for a sprite sheet",
    )
    loop.set_defaults(command=clip_commands.interpolate)

    render = add.add_parser("render", help="make a clip again, byte for byte, from its recipe")
    render.add_argument(
        "recipe", type=Path, metavar="FILE", help="an exported clip, or recipe JSON"
    )
    render.add_argument(
        "--model", type=Path, metavar="DIR", help="left out, the bundled model or run of that name"
    )
    render.add_argument("--out", type=Path, metavar="FILE", help="left out, FILE-again here")
    render.set_defaults(command=clip_commands.render)

    evaluate = add.add_parser("evaluate", help="measure a model against real images")
    which = evaluate.add_mutually_exclusive_group(required=True)
    which.add_argument("folder", nargs="?", type=Path, metavar="MODEL", help="its folder")
    which.add_argument("--model", type=Path, metavar="DIR", help="the same")
    evaluate.add_argument("--count", type=int, default=10_000, help="images to draw")
    evaluate.add_argument("--seed", type=int, default=0)
    evaluate.add_argument(
        "--only",
        metavar="NAMES",
        help="some of frechet,precision-recall,memorisation,accuracy (the last trains a "
        "classifier: a minute or more); left out, all",
    )
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.add_argument(
        "--card",
        action="store_true",
        help="write the figures and a sample grid into the README.md of the model's folder",
    )
    evaluate.set_defaults(command=train_commands.evaluate)

    doctor = add.add_parser("doctor", help="how a run stands, and what would help it")
    doctor.add_argument("folder", type=Path, metavar="RUN")
    doctor.set_defaults(command=train_commands.doctor)

    _add_hub(add)
    return parser


def _names() -> str:
    return ", ".join(configs.DATASETS)


def _add_preparing(parser: argparse.ArgumentParser) -> None:
    sizes = ", ".join(map(str, OWN_SIZES))
    parser.add_argument(
        "--size", type=int, default=64, metavar="PX", help=f"of own images: {sizes} (64)"
    )
    parser.add_argument(
        "--fit", default="crop", choices=("crop", "pad"), help="the middle, or all with a border"
    )
    parser.add_argument("--most", type=int, default=100_000, help="of own images that are read")


def _add_hub(add: argparse._SubParsersAction) -> None:
    push = add.add_parser("push", help="publish a model on the Hugging Face Hub")
    push.add_argument(
        "folder", type=Path, metavar="MODEL", help="a run's or bundled model's folder"
    )
    push.add_argument("repo", metavar="OWNER/NAME")
    push.add_argument("--private", action="store_true", help="for its owner's eyes only")
    push.add_argument(
        "--licence", default="apache-2.0", metavar="ID", help="as the Hub calls it (apache-2.0)"
    )
    push.set_defaults(command=hub_commands.push)

    pull = add.add_parser("pull", help="get a model from the Hugging Face Hub")
    pull.add_argument("repo", metavar="OWNER/NAME")
    pull.add_argument("--revision", help="a branch, tag or commit; left out, the newest")
    pull.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    pull.set_defaults(command=hub_commands.pull)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model", type=Path, required=True, metavar="DIR", help="a run's or bundled model's folder"
    )


def _add_goal(parser: argparse.ArgumentParser) -> None:
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--steps", type=int, help="stop after so many steps of G, counted from 0")
    goal.add_argument("--seconds", type=float, help="stop after so many seconds of this training")


def _add_saving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--save-every",
        type=float,
        default=10,
        metavar="SECONDS",
        help="how much training a power cut may cost at most (10)",
    )


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list like 1,2,3") from None
