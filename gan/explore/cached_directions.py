"""Directions of a bundled model, found beforehand: finding them takes a second of every start.

    python -m gan.explore.cached_directions assets/models/mnist

They lie beside the model, and count only for the very weights they were found of.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from gan.explore.directions import Direction, directions
from gan.metrics.judge import Judge, JudgeError
from gan.models.generator import Generator
from gan.storage.layout import DIRECTIONS
from gan.system.atomic import write_atomic


def kept_directions(folder: Path, generator: Generator) -> list[Direction] | None:
    """What `keep_directions` wrote for these weights; None when there is nothing such."""
    try:
        with safe_open(folder / DIRECTIONS, framework="numpy") as file:
            texts = file.metadata() or {}
            if texts.get("model_id") != generator.model_id:
                return None
            axes, rest = file.get_tensor("axes"), json.loads(texts["directions"])
        return [Direction(axis=axis, **said) for axis, said in zip(axes, rest, strict=True)]
    except (OSError, SafetensorError, ValueError, LookupError, TypeError):
        return None


def keep_directions(folder: Path, generator: Generator, found: Sequence[Direction]) -> None:
    """Write them beside the model.

    Raises:
        OSError: the folder cannot be written to.
    """
    axes = np.array([each.axis for each in found], np.float32)
    said = [asdict(replace(each, axis=None)) for each in found]
    for row in said:
        del row["axis"]
    numbers = json.dumps(said, default=float)  # some are NumPy's
    texts = {"model_id": generator.model_id, "directions": numbers}
    write_atomic(folder / DIRECTIONS, save({"axes": axes}, texts))


def judge_of(data_name: str) -> Judge | None:
    """The judge of a data set, if it has one."""
    try:
        return Judge.load(data_name)
    except JudgeError:
        return None


def main(folders: Sequence[str]) -> int:
    """Find and keep the directions of the models in these folders."""
    for folder in map(Path, folders):
        generator = Generator.load(folder)
        found = directions(generator, judge_of(generator.config.data))
        keep_directions(folder, generator, found)
        print(f"{folder / DIRECTIONS}: {len(found)} directions of {generator.model_id}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
