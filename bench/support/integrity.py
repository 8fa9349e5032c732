"""Whether a run on disk is whole: each of its files alone, and all of them beside a run that nobody
disturbed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import imageio.v3 as imageio
import torch
from safetensors.torch import load_file
from torch import Tensor

from bench.support.victim import SETTINGS
from gan.config import preset
from gan.models.generator import Generator
from gan.runs.milestones import milestone_name, milestone_steps
from gan.runs.run import Run
from gan.runs.snapshots import halved, kept_steps
from gan.storage.checkpoint import load_checkpoint
from gan.storage.layout import snapshot_weights_path
from gan.system.atomic import is_leftover

MORE_STEPS = 25  # that the two runs take before they are compared


def damage(folder: Path) -> list[str]:
    """Every file of a killed run that is not whole; temporary ones do not count."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or is_leftover(path):
            continue
        try:
            _look(path)
        except Exception as error:  # whatever it is: the file is not whole
            found.append(f"{path.relative_to(folder)}: {error}")
    return found


def _look(path: Path) -> None:
    if path.suffix == ".json":
        json.loads(path.read_bytes())
    elif path.suffix == ".jsonl":
        for line in path.read_bytes().split(b"\n")[:-1]:  # what follows the last may be cut
            json.loads(line)
    elif path.name.startswith("checkpoint") or path.parent.name == "milestones":
        load_checkpoint(path)
    elif path.suffix == ".safetensors":
        load_file(path)
    else:
        imageio.imread(path)


def differences(folder: Path, seed: int) -> list[str]:
    """Go on with a tortured run for some steps, and hold it against an undisturbed one.

    Compared bit for bit: the state and the history in the end, and, at the steps of which they
    were kept, milestones and the weights beside the pictures.

    Raises:
        ValueError, OSError: it cannot be resumed.
    """
    run = Run.resume(folder)
    goal, found = run.step + MORE_STEPS, []
    milestones, kept = milestone_steps(folder), kept_steps(folder)
    if (milestones + kept) and max(milestones + kept) > run.step:
        found.append("something is kept of steps that never were")
    while run.step < goal:
        run.advance()
    with tempfile.TemporaryDirectory() as other:
        straight = Run.create(preset("default", seed=seed, **SETTINGS), Path(other) / "straight")
        while True:
            step = straight.step
            if step in milestones:
                state, _ = load_checkpoint(folder / milestone_name(step))
                if not _same(state["tensors"], straight.trainer.state_dict()["tensors"]):
                    found.append(f"the milestone of step {step} differs")
            if step in kept:
                Generator.load(folder, step)
                ema = halved(straight.trainer.ema.state_dict())
                if not _same(load_file(snapshot_weights_path(folder, step)), ema):
                    found.append(f"the weights of step {step} differ")
            if step == goal:
                break
            straight.advance()
        if not _same(*(each.trainer.state_dict()["tensors"] for each in (run, straight))):
            found.append(f"the run differs at step {goal}")
        if _figures(run) != _figures(straight):
            found.append(f"the history differs up to step {goal}")
    return found


def _figures(run: Run) -> list[dict]:
    return [{k: v for k, v in row.items() if k != "elapsed_s"} for row in run.rows]


def _same(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k].cpu()) for k in one)
