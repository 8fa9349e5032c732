"""The command line: the same settings, runs and models as the page."""

import argparse
import io
import os
import sys
from importlib import import_module
from typing import Any

from gan import config as configs
from gan import presets
from gan.cli.arguments import minutes, number, numbers, seed, whole
from gan.datasets import OWN_SIZES
from gan.latent.curves import PATH_KEYS
from gan.latent.timing import EASINGS
from gan.paths import user_path
from gan.recipes.fields import CLASSES_MAX

COUNT_MAX = 1_000_000  # images of one command
MOST_IMAGES = 10_000_000  # of one collection
SECONDS = (1e-3, 1e9)  # of training


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0, 2 after an error (printed to stderr), or 130 when stopped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console may lack letters of names
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(_parser().parse_args(arguments))
    except BrokenPipeError:  # the program that reads the output has ended, as `head` does
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for output in (1, 2):  # stdout, stderr: Python would write the rest at exit
            os.dup2(nowhere, output)
        return 2


def _run(args: argparse.Namespace) -> int:
    try:
        # imported only now: torch is slow to import, and --help is immediate without it
        getattr(import_module(f"gan.cli.{args.module}"), args.function)(args)
        print(end="", flush=True)  # fail here, not at exit
    except BrokenPipeError:
        raise
    except (ValueError, OSError, RuntimeError, MemoryError) as error:
        print(f"gan: {error or 'There is not enough memory.'}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gan: stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gan", description="Train small GANs, draw from them, and measure them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, module: str, help: str, **texts: Any) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, **texts)
        made.set_defaults(module=module, function=name)
        return made

    train = command(
        "train",
        "train_commands",
        "train a new model",
        description="Train a new model. To train in several processes: "
        "torchrun --nproc_per_node 2 -m gan train ...",
    )
    option = train.add_argument
    usual = "base settings (default; own-images for your images, video for clips)"
    option("--preset", choices=presets.PRESETS, help=usual)
    data = train.add_mutually_exclusive_group().add_argument
    names = f"{', '.join(configs.DATASETS)}, or the id of prepared images (mnist)"
    data("--data", metavar="NAME", help=names)
    source = "train on your images or clips"
    data("--images", type=user_path, metavar="FOLDER_OR_ZIP", help=source)
    _add_preparing(train)
    option("--seed", type=seed, default=0, help="seed of all random numbers (0)")
    option("--out", type=user_path, required=True, help="new folder for the run")
    override = "override a setting, such as width=16; repeatable"
    option("--set", action="append", default=[], metavar="NAME=VALUE", help=override)
    _add_training(train)

    images = command("images", "image_commands", "prepare your images or clips for training")
    option = images.add_argument
    option("source", type=user_path, metavar="FOLDER_OR_ZIP")
    option("--name", default="", help="name to show (that of the folder or zip)")
    _add_preparing(images)

    resume = command(
        "resume",
        "train_commands",
        "resume a run, bit for bit",
        description="Resume a run from its last checkpoint. With a new goal, learning rates never "
        "exceed those reached, or a tenth of the full rates, and decay to zero at the goal.",
    )
    resume.add_argument("folder", type=user_path, metavar="DIR")
    _add_training(resume)

    option = command("sample", "sample_command", "draw images or clips").add_argument
    of_model = "folder of a run or bundled model"
    option("--model", type=user_path, required=True, metavar="DIR", help=of_model)
    option("--count", type=whole(1, COUNT_MAX), required=True, help="number of images or clips")
    option("--seed", type=seed, default=0, help="seed of the first image; each next one adds 1 (0)")
    option("--label", type=whole(0, CLASSES_MAX - 1), help="draw only this class (all in turn)")
    frames = "draw clips of this many frames, with a model of clips"
    option("--frames", type=whole(1, COUNT_MAX), help=frames)
    option("--out", type=user_path, required=True, help="FILE.png or .gif (a grid), or FILE.npz")

    of_recipe = "model folder (the one the recipe names)"
    option = command("draw", "train_commands", "draw a picture again from its recipe").add_argument
    option("recipe", type=user_path, metavar="FILE", help="saved picture, or recipe as JSON")
    option("--model", type=user_path, metavar="DIR", help=of_recipe)
    option("--out", type=user_path, metavar="FILE.png", help="output file (FILE-again.png)")
    option("--scale", type=whole(1, 100), default=8, help="integer upscaling factor (8)")

    option = command("interpolate", "clip_commands", "export a loop through seeds").add_argument
    option("--model", type=user_path, required=True, metavar="DIR", help=of_model)
    option("--seeds", type=numbers, required=True, metavar="1,2,3")
    option("--labels", type=numbers, metavar="0,1,2", help="class of each seed")
    option("--path", default="spline", choices=PATH_KEYS)
    option("--open", action="store_true", help="do not return to the first seed")
    option("--easing", default="none", choices=EASINGS)
    option("--frames", type=int, default=120, help="number of frames (120)")
    option("--fps", type=float, default=25, help="frames per second (25)")
    pace = "speed of the motion, with a model of clips; one seed is enough for it (1)"
    option("--motion", type=float, default=1, metavar="FACTOR", help=pace)
    option("--scale", type=int, default=8, help="integer upscaling factor (8)")
    files = "output file: .gif .mp4 .webm .webp .apng .zip, or .png for a sprite sheet"
    option("--out", type=user_path, required=True, metavar="FILE", help=files)

    renders = "render a clip again, byte for byte, from its recipe"
    option = command("render", "clip_commands", renders).add_argument
    option("recipe", type=user_path, metavar="FILE", help="exported clip, or recipe as JSON")
    option("--model", type=user_path, metavar="DIR", help=of_recipe)
    option("--out", type=user_path, metavar="FILE", help="output file (FILE-again)")

    evaluate = command("evaluate", "evaluate_command", "measure a model against real images")
    option = evaluate.add_argument
    which = evaluate.add_mutually_exclusive_group(required=True).add_argument
    which("folder", nargs="?", type=user_path, metavar="MODEL", help="model folder")
    which("--model", type=user_path, metavar="DIR", help="the same as MODEL")
    option("--count", type=whole(2, COUNT_MAX), default=10_000, help="images to draw (10000)")
    option("--seed", type=seed, default=0, help="seed of the latents (0)")
    measures = "comma-separated: frechet,precision-recall,motion,memorisation,accuracy (all); "
    measures += "accuracy trains a classifier for a minute or more"
    option("--only", metavar="NAMES", help=measures)
    option("--json", action="store_true", help="print one JSON object")
    card = "write the results and a sample grid to README.md in the model folder"
    option("--card", action="store_true", help=card)

    doctor = command("doctor", "doctor_command", "diagnose a run and list remedies")
    doctor.add_argument("folder", type=user_path, metavar="RUN")

    option = command("push", "hub_commands", "push a model to the Hugging Face Hub").add_argument
    option("folder", type=user_path, metavar="MODEL", help=of_model)
    option("repo", metavar="OWNER/NAME")
    option("--private", action="store_true", help="create a private repository")
    option("--licence", default="apache-2.0", metavar="ID", help="licence id (apache-2.0)")

    option = command("pull", "hub_commands", "pull a model from the Hugging Face Hub").add_argument
    option("repo", metavar="OWNER/NAME")
    option("--revision", help="branch, tag or commit (the newest)")
    option("--out", type=user_path, required=True, metavar="DIR", help="new folder")
    return parser


def _add_preparing(parser: argparse.ArgumentParser) -> None:
    option, sizes = parser.add_argument, ", ".join(map(str, OWN_SIZES))
    side = f"side of your images: {sizes} (64)"
    option("--size", type=int, choices=OWN_SIZES, default=64, metavar="PX", help=side)
    fits = "crop to the centre, or pad with a border (crop)"
    option("--fit", default="crop", choices=("crop", "pad"), help=fits)
    most = "maximum number of images or frames to read (100000)"
    option("--most", type=whole(1, MOST_IMAGES), default=100_000, help=most)
    option("--fps", type=number(1, 60), default=12, help="frames a second of clips (12)")
    length = "frames of a clip, about; longer files are cut into several (32)"
    option("--clip-frames", type=whole(8, 256), default=32, metavar="N", help=length)
    folders = "what a folder of pictures is: a class, or the frames of one clip (classes)"
    option("--folders", default="classes", choices=("classes", "clips"), help=folders)


def _add_training(parser: argparse.ArgumentParser) -> None:
    goal = parser.add_mutually_exclusive_group().add_argument
    steps = whole(*configs.RANGES["steps"])
    goal("--steps", type=steps, help="goal in steps of G, counted from the start of the run")
    goal("--seconds", type=number(*SECONDS), help="goal in seconds of training from now on")
    options = {"type": minutes(*SECONDS), "dest": "seconds", "metavar": "MINUTES"}
    goal("--minutes", **options, help="the same in minutes")
    loss = "most training to lose in a power cut (10)"
    save_every = number(0, 1e9)
    parser.add_argument("--save-every", type=save_every, default=10, metavar="SECONDS", help=loss)
