"""Time and memory to export a loop, compared with imageio.

    PYTHONPATH=. python bench/export.py

240 frames of 448 x 448 from the bundled model, drawn and encoded: by `gan.recipes.render`, and by
drawing them all into a list of RGB frames for `imageio.mimsave`. Then the peak memory of this
program and its encoder for 100 and for 3,000 frames. The last line is one JSON object.
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
COMPARED = ("gif", "mp4")  # supported by imageio.mimsave
WARM_UP = 16  # frames drawn before the measurement, since torch initialises itself on first use


def recipe_of(format: str, frames: int) -> ClipRecipe:
    """Return a closed loop through five digits at constant speed in latent space."""
    size = {"frames": frames, "scale": SCALE, "format": format}
    return ClipRecipe("mnist", "0" * 12, KEYS, even=False, **size)


def usual_way(generator: Generator, plan: Plan, path: Path) -> None:
    """Export with imageio: all frames in a list."""
    pictures = generator.sample(plan.z, plan.weights)
    frames = [
        np.repeat(np.repeat(np.repeat(picture, SCALE, 0), SCALE, 1), 3, 2) for picture in pictures
    ]
    imageio.mimsave(path, frames, fps=25)


def timed(work: Callable[[], object]) -> float:
    """Return the duration of a call in seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def noise_db(path: Path, expected: np.ndarray) -> float:
    """Return the PSNR of a film's luma in dB; 99 if it is exact."""
    count, height, width = expected.shape[:3]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    film = path.suffix != ".gif"
    command += ["-pix_fmt", "yuv420p" if film else "gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(count, -1)[:, : height * width]
    off = 0.0
    for shown, wanted in zip(frames, expected, strict=True):
        # limited range: black is 16, white 235; swscale would truncate
        levels = np.rint((shown - 16.0) * (255 / 219)).clip(0, 255) if film else shown
        off += np.square(levels - wanted.reshape(-1).astype(float)).mean() / count
    return 99.0 if off == 0 else float(10 * np.log10(255**2 / off))


def peak_mb(frames: int, format: str) -> float:
    """Return the peak memory of a new process that renders frames, encoder included."""
    command = [sys.executable, __file__, "--peak", str(frames), "--format", format]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def print_peak(frames: int, format: str) -> None:
    """Render frames and print the peak memory in MB."""
    set_threads()
    peaks: dict[str, float] = {}

    def measure(done: int) -> None:
        if done % 20 == 0:  # an encoder stays at its largest size after the first frames
            peaks.update((pid, high_water_mb(pid)) for pid in ["self", *children()])

    with tempfile.TemporaryDirectory() as folder:
        job = RenderJob(recipe_of(format, frames), Generator.load(MODEL))
        job.render(Path(folder) / "clip", measure)
    peaks["self"] = high_water_mb("self")
    print(sum(peaks.values()))


def high_water_mb(pid: str) -> float:
    """Return the peak memory of a process (Linux; ru_maxrss includes the parent's)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def children() -> list[str]:
    """Return the ids of the running child processes."""
    return [pid for file in Path("/proc/self/task").glob("*/children") for pid in words(file)]


def words(file: Path) -> list[str]:
    """Return the words of a file in /proc whose thread may have ended."""
    try:
        return file.read_text().split()
    except OSError:
        return []


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=240)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--peak", type=int, help="only print the peak MB for so many frames")
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
            works = [lambda recipe=recipe, ours=ours: RenderJob(recipe, generator).render(ours)]
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
