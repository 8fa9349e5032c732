"""Record the runs that the doctor is evaluated on: healthy ones and every illness.

    OMP_NUM_THREADS=1 python bench/support/record_runs.py --out FOLDER [--only NAME]

Each is trained like on the page and leaves config.json, history.jsonl and vitals.jsonl, which the
doctor uses. It is labelled by what the doctor does not use: contact sheets of new latents,
autopsy.json (`bench.support.autopsy`, at some steps) and label.json (`bench.support.verdict`),
which a person then checks against the sheets. Existing runs are skipped.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from torch.nn.functional import pad

sys.path.insert(0, str(Path(__file__).parents[2]))  # the repository's root

from bench.support.autopsy import Autopsy
from bench.support.recorded import DIGITS, RECIPES, Recipe
from bench.support.verdict import verdict
from gan.config import Config
from gan.data.image_set import ImageSet, load
from gan.media.contact_sheet import grid, png_bytes
from gan.monitor.real_features import RealFeatures, read_real_features
from gan.monitor.vitals import Probe
from gan.runner.checkpointing import FaultTolerantRun, RunFailed
from gan.runs.run import Run
from gan.system.atomic import write_json

AUTOPSIES = 8
SAVE_S = 10.0  # as the page does


def main() -> None:
    """Record the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="for example healthy-0")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    record_all(options.out, options.only)


def record_all(out: Path, names: Sequence[str] | None = None) -> None:
    """Record the named runs, or all; existing ones are skipped."""
    real_features: dict[str, RealFeatures] = {}
    runs = {f"{recipe.name}-{seed}": (recipe, seed) for recipe in RECIPES for seed in recipe.seeds}
    for name in names or runs:
        recipe, seed = runs[name]
        folder = out / name
        if folder.exists():
            continue
        config = Config.from_json(recipe.settings | {"steps": recipe.steps, "seed": seed})
        known = real_features.get(config.data) or real_features.setdefault(
            config.data, read_real_features(config.data, config.image_size)
        )
        start = time.perf_counter()
        ended = record(recipe, config, folder, known)
        print(f"{folder.name:28} {ended:30} {time.perf_counter() - start:6.1f} s", flush=True)


def every(step: int) -> int:
    """Return the steps between readings: few at first, as on a slow machine."""
    return 20 if step <= 200 else 50 if step <= 600 else 100


def held_out(data: str) -> ImageSet:
    """Return images that a run has not seen; of the 60 digits more than are held out."""
    own = load(data, train=False)
    if data != DIGITS:
        return own
    others = load("mnist", train=False).subset(1000, 0)
    return replace(own, images=pad(others.images, (2, 2, 2, 2)), labels=others.labels)


def record(recipe: Recipe, config: Config, folder: Path, real_features: RealFeatures) -> str:
    """Record one run in `folder`; return how it ended."""
    work = folder.with_name("." + folder.name)
    shutil.rmtree(work, ignore_errors=True)
    run = Run.create(config, work)
    keeper = FaultTolerantRun(run, SAVE_S)
    probe = Probe(run.trainer, real_features)
    autopsy = Autopsy(run.trainer, held_out(config.data))
    vitals: list[dict] = []
    reports: list[dict] = []
    ended = "done"
    try:
        while run.step < config.steps:
            keeper.advance()
            vitals = [row for row in vitals if row["step"] <= run.step]
            if run.step and run.step % every(run.step) == 0:
                vitals.append(probe.measure() | {"elapsed_s": round(run.elapsed_s, 2)})
            if run.step % max(1, config.steps // AUTOPSIES) == 0 and run.step:
                images = autopsy.images()
                reports.append(autopsy.report(images) | {"step": run.step})
                sheet = png_bytes(grid(images[:100], 10))
                (work / f"sheet-{run.step:06d}.png").write_bytes(sheet)
        keeper.save()
    except RunFailed as error:
        ended = f"failed: {error}"
    write_json(work / "autopsy.json", {"ended": ended, "reports": reports})
    lines = [json.loads(line) for line in (work / "history.jsonl").read_text().splitlines()]
    write_json(work / "label.json", verdict(recipe.means, reports, lines))
    (work / "vitals.jsonl").write_text("".join(json.dumps(row) + "\n" for row in vitals))
    work.rename(folder)
    return ended[:30]


if __name__ == "__main__":
    main()
