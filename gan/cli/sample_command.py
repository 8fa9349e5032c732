"""`python -m gan sample`: images or clips of successive seeds."""

import argparse

import numpy as np

from gan.cli.arguments import check_out
from gan.latent.latents import SEED_MAX, latents
from gan.media.contact_sheet import grid, png_bytes
from gan.media.export import export
from gan.media.writer import ExportSettings
from gan.models.generator import Generator

FRAMES_MAX = 1_000_000  # of one command
FPS = 12.5  # of a GIF: a frame lasts a whole number of its hundredths of a second


def sample(args: argparse.Namespace) -> None:
    """Write a grid of the images or clips of successive seeds, or all of them as one array."""
    suffixes = (".gif", ".npz") if args.frames else (".png", ".npz")
    check_out(args.out, *suffixes)
    if args.count * (args.frames or 1) > FRAMES_MAX:
        raise ValueError(f"These are more than {FRAMES_MAX:,} frames; draw fewer at a time.")
    generator = Generator.load(args.model)
    if args.label is not None and not generator.classes:
        raise ValueError("This model has no classes; leave out --label.")
    seeds = ((args.seed + at) % (SEED_MAX + 1) for at in range(args.count))
    z = latents(seeds, generator.z_dim)
    labels = np.arange(args.count) % max(1, generator.classes)
    if args.label is not None:
        labels[:] = args.label
    of_each = {"labels": labels.astype(np.int64)} if generator.classes else {}
    columns = min(args.count, 10 if generator.classes else int(np.ceil(np.sqrt(args.count))))
    if args.frames:
        what, name = f"clips of {args.frames} frames", "clips"
        drawn = generator.clips(z, np.arange(args.frames), of_each.get("labels"))
    else:
        what, name = "images", "images"
        drawn = generator.sample(z, of_each.get("labels"))
    suffix = args.out.suffix.lower()
    if suffix == ".npz":
        with args.out.open("wb") as file:  # given a path, numpy adds .npz to .NPZ
            np.savez_compressed(file, **{name: drawn}, **of_each)
    elif suffix == ".gif":
        frames = (grid(each, columns) for each in drawn.swapaxes(0, 1))
        export(frames, args.out, ExportSettings("gif", FPS, args.frames))
    else:
        args.out.write_bytes(png_bytes(grid(drawn, columns)))
    print(f"{args.out}: {args.count} {what}")
