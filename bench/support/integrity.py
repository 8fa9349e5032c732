"""Check the files of a run, and compare a killed run with an uninterrupted one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import imageio.v3 as imageio
import torch
from safetensors.torch import load_file
from torch import Tensor

from bench.support.training_process import SETTINGS
from gan.models.generator import Generator
from gan.presets import preset
from gan.runs.milestones import milestone_name, milestone_steps
from gan.runs.run import Run
from gan.runs.snapshots import halved, kept_steps
from gan.storage.checkpoint_file import load_checkpoint
from gan.storage.layout import snapshot_weights_path
from gan.system.atomic import is_leftover

MORE_STEPS = 25  # before the comparison


def damage(folder: Path) -> list[str]:
    """Return the damaged files of a killed run; temporary files do not count."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or is_leftover(path):
            continue
        try:
            _check(path)
        except Exception as error:  # any error: the file is damaged
            found.append(f"{path.relative_to(folder)}: {error}")
    return found


def _check(path: Path) -> None:
    if path.suffix == ".json":
        json.loads(path.read_bytes())
    elif path.suffix == ".jsonl":
        for line in path.read_bytes().split(b"\n")[:-1]:  # the last line may be incomplete
            json.loads(line)
    elif path.name.startswith("checkpoint") or path.parent.name == "milestones":
        load_checkpoint(path)
    elif path.suffix == ".safetensors":
        load_file(path)
    else:
        imageio.imread(path)


def differences(folder: Path, seed: int) -> list[str]:
    """Continue a killed run for some steps and compare it with an uninterrupted one.

    Compares, bit for bit, the final state and history, the milestones and the weights of snapshots.

    Raises:
        ValueError, OSError: the run cannot be resumed.
    """
    run = Run.resume(folder)
    goal, found = run.step + MORE_STEPS, []
    milestones, kept = milestone_steps(folder), kept_steps(folder)
    if (milestones + kept) and max(milestones + kept) > run.step:
        found.append("there are snapshots of later steps")
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
