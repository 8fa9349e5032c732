"""Measure the time and memory of exporting a loop, beside the usual way.

    python bench/export.py

Draws and encodes 240 frames of 448 x 448 px from the bundled model, once by `gan.recipes.render`
and once as a list of all RGB frames given to `imageio.mimsave`. Then measures our peak memory,
encoder included, for 100 and for 3,000 frames. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import imageio
import imageio_ffmpeg
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from gan.latent.plan import Plan
from gan.media.formats import FORMATS
from gan.models.generator import Generator
from gan.recipes.clip_recipe import ClipRecipe
from gan.recipes.keyframe import Key
from gan.recipes.render import RenderJob
from gan.system.machine import set_threads

MODEL = Path(__file__).parent.parent / "assets/models/mnist"
KEYS = tuple(Key(seed, classes=seed % 10) for seed in range(1, 6))
SCALE = 16
COMPARED = ("gif", "mp4")  # what imageio.mimsave can write too
WARM_UP = 16  # frames drawn before the clock starts: torch sets itself up on first use


def recipe_of(format: str, frames: int) -> ClipRecipe:
    """Five digits in a ring, at even steps of the latent: what the usual way draws too."""
    size = {"frames": frames, "scale": SCALE, "format": format}
    return ClipRecipe("mnist", "0" * 12, KEYS, even=False, **size)


def usual_way(generator: Generator, plan: Plan, path: Path) -> None:
    """Every frame in a list, then all of them at once."""
    pictures = generator.sample(plan.z, plan.weights)
    frames = [
        np.repeat(np.repeat(np.repeat(picture, SCALE, 0), SCALE, 1), 3, 2) for picture in pictures
    ]
    imageio.mimsave(path, frames, fps=25)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def noise_db(path: Path, expected: np.ndarray) -> float:
    """Peak signal-to-noise ratio of a film's brightness, in dB; 99 if it is exact."""
    count, height, width = expected.shape[:3]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    film = path.suffix != ".gif"
    command += ["-pix_fmt", "yuv420p" if film else "gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(count, -1)[:, : height * width]
    off = 0.0
    for shown, wanted in zip(frames, expected, strict=True):
        # a film's black is 16 and its white 235; swscale would cut where it should round
        levels = np.rint((shown - 16.0) * (255 / 219)).clip(0, 255) if film else shown
        off += np.square(levels - wanted.reshape(-1).astype(float)).mean() / count
    return 99.0 if off == 0 else float(10 * np.log10(255**2 / off))


def peak_mb(frames: int, format: str) -> float:
    """Of a fresh program that renders so many frames, its encoder's included."""
    command = [sys.executable, __file__, "--peak", str(frames), "--format", format]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def print_peak(frames: int, format: str) -> None:
    """Render, and say how much memory that took at most, in MB."""
    set_threads()
    peaks: dict[str, float] = {}

    def look(done: int) -> None:
        if done % 20 == 0:  # an encoder is at its largest all the time after its first frames
            peaks.update((pid, high_water_mb(pid)) for pid in ["self", *children()])

    with tempfile.TemporaryDirectory() as folder:
        job = RenderJob(recipe_of(format, frames), Generator.load(MODEL))
        job.render(Path(folder) / "clip", look)
    peaks["self"] = high_water_mb("self")
    print(sum(peaks.values()))


def high_water_mb(pid: str) -> float:
    """The most memory a program has had so far. (Linux; ru_maxrss would count its parent's too.)"""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def children() -> list[str]:
    """The running programs that this one has started."""
    return [pid for file in Path("/proc/self/task").glob("*/children") for pid in words(file)]


def words(file: Path) -> list[str]:
    """Of a file in /proc, whose thread may just have ended."""
    try:
        return file.read_text().split()
    except OSError:
        return []


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--peak", type=int, help="only render so many frames and print the MB")
    parser.add_argument("--format", choices=FORMATS, default="gif")
    options = parser.parse_args()
    if options.peak:
        print_peak(options.peak, options.format)
        return
    set_threads()
    generator = Generator.load(MODEL)
    plan = RenderJob(recipe_of("gif", options.frames), generator).plan()
    side = generator.shape[0] * SCALE
    expected = generator.sample(plan.z, plan.weights).repeat(SCALE, axis=1).repeat(SCALE, axis=2)
    print(f"{options.frames} frames, {side} x {side} px, medians of {options.repeats}")
    print(f"{'':7}{'ours s':>9}{'usual s':>9}{'times':>7}{'ours kB':>9}{'usual kB':>10}  PSNR dB")
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for format in FORMATS:
            ours, usual = Path(folder) / f"ours.{format}", Path(folder) / f"usual.{format}"
            recipe = recipe_of(format, options.frames)
            works = [partial(RenderJob(recipe, generator).render, ours)]
            if format in COMPARED:
                works.append(partial(usual_way, generator, plan, usual))
            generator.sample(plan.z[:WARM_UP], plan.weights[:WARM_UP])
            times = [[timed(work) for work in works] for _ in range(options.repeats)]
            ours_s, *others_s = (median(column) for column in zip(*times, strict=True))
            size = ours.stat().st_size
            row = f"{format:7}{ours_s:9.3f}"
            if format in COMPARED:
                ratio, weight = others_s[0] / ours_s, usual.stat().st_size
                row += f"{others_s[0]:9.3f}{ratio:7.1f}{size / 1e3:9.0f}{weight / 1e3:10.0f}"
                row += f"  {noise_db(ours, expected):.1f} and {noise_db(usual, expected):.1f}"
                result |= {f"{format}_s": round(ours_s, 3), f"{format}_speedup": round(ratio, 2)}
                result[f"{format}_bytes"] = size
            else:
                row += f"{size / 1e3:25.0f}"
            print(row)
    if not Path("/proc/self/status").exists():
        print(json.dumps(result))
        return
    print("\npeak memory, MB   100 frames   3,000 frames")
    for format in COMPARED:
        peaks = [peak_mb(frames, format) for frames in (100, 3000)]
        print(f"{format:18}{peaks[0]:10.0f}{peaks[1]:15.0f}")
        if format == "gif":
            result |= {"peak_mb_100": round(peaks[0], 1), "peak_mb_3000": round(peaks[1], 1)}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
