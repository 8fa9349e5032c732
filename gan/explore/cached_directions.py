"""Directions stored beside a bundled model, since finding them takes a second.

    python -m gan.explore.cached_directions assets/models/mnist

They are valid for the weights they were found for only.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from gan.explore.direction import Direction
from gan.explore.directions import directions
from gan.metrics.judge import find_judge
from gan.models.generator import Generator
from gan.storage.layout import DIRECTIONS
from gan.system.atomic import write_atomic


def load_directions(folder: Path, generator: Generator) -> list[Direction] | None:
    """Load what `save_directions` wrote for these weights; None if there is nothing valid."""
    try:
        with safe_open(folder / DIRECTIONS, framework="numpy") as file:
            texts = file.metadata() or {}
            if texts.get("model_id") != generator.model_id:
                return None
            axes, rest = file.get_tensor("axes"), json.loads(texts["directions"])
        return [Direction(axis=axis, **fields) for axis, fields in zip(axes, rest, strict=True)]
    except (OSError, SafetensorError, ValueError, LookupError, TypeError):
        return None


def save_directions(folder: Path, generator: Generator, found: Sequence[Direction]) -> None:
    """Write directions beside the model. Raises OSError: the folder cannot be written to."""
    axes = np.array([each.axis for each in found], np.float32)
    rows = [{key: value for key, value in vars(each).items() if key != "axis"} for each in found]
    texts = {"model_id": generator.model_id, "directions": json.dumps(rows, default=float)}
    write_atomic(folder / DIRECTIONS, save({"axes": axes}, texts))


def main(folders: Sequence[str]) -> None:
    """Find and store the directions of the models in these folders."""
    for folder in map(Path, folders):
        generator = Generator.load(folder)
        found = directions(generator, find_judge(generator.config.data))
        save_directions(folder, generator, found)
        print(f"{folder / DIRECTIONS}: {len(found)} directions of {generator.model_id}")


if __name__ == "__main__":
    main(sys.argv[1:])
