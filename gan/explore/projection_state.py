"""The state of a search as bytes, which the browser stores between two requests.

The bytes are untrusted: lengths are checked against the model and numbers against their ranges.
"""

import math
import struct

import numpy as np
import torch

from gan.explore.projection import CANDIDATES, STEPS, Search, SearchError
from gan.models.generator import Generator

HEADER = struct.Struct("<4sHHhxxd")  # mark, step, candidates, predicted, seconds spent
MARK = b"LSf1"
LATENT_MAX = 1e3
MOMENT_MAX = 1e8  # its square is within float32
DAMAGED = "This search cannot be continued: its state is damaged. Start it again."


def pack(search: Search) -> bytes:
    """Serialise a search for one target to a few kB."""
    candidates, predicted = search.z.shape[1], int(search.predicted[0])
    header = HEADER.pack(MARK, search.step, candidates, predicted, search.spent)
    labels = search.labels.numpy().astype("<u2").tobytes()
    floats = torch.cat([search.z, search.mean, search.square]).numpy().astype("<f4").tobytes()
    return header + search.targets.tobytes() + labels + floats


def size_limit(generator: Generator) -> int:
    """Return the largest size of a state for this model, in bytes."""
    return _size(generator, CANDIDATES)


def unpack(state: bytes, generator: Generator) -> Search:
    """Restore a search for a model of the same shape; its weights may have changed.

    Raises SearchError: the bytes are not a valid state for this model.
    """
    if len(state) < HEADER.size:
        raise SearchError(DAMAGED)
    mark, step, count, predicted, spent = HEADER.unpack_from(state)
    if mark != MARK or not 1 <= count <= CANDIDATES or len(state) != _size(generator, count):
        raise SearchError(DAMAGED)
    pixels, z_dim, at = math.prod(generator.shape), generator.z_dim, HEADER.size
    target = np.frombuffer(state, np.uint8, pixels, at).reshape(1, *generator.shape)
    labels = np.frombuffer(state, "<u2", count, at + pixels).astype(np.int64)
    numbers = np.frombuffer(state, "<f4", 3 * count * z_dim, at + pixels + 2 * count)
    z, mean, square = torch.from_numpy(numbers.astype(np.float32)).view(3, 1, count, z_dim)
    if (
        not np.isfinite(numbers).all()
        or z.abs().max() > LATENT_MAX
        or mean.abs().max() > MOMENT_MAX
        or not 0 <= square.min() <= square.max() <= MOMENT_MAX**2
        or not 0 <= step <= STEPS
        or not 0 <= spent < math.inf
        or labels.max() >= max(generator.classes, 1)
        or not -1 <= predicted < generator.classes
    ):
        raise SearchError(DAMAGED)
    known = torch.tensor([predicted])
    return Search(target, z, torch.from_numpy(labels)[None], mean, square, known, step, spent)


def _size(generator: Generator, count: int) -> int:
    each = 2 + 3 * 4 * generator.z_dim
    return HEADER.size + math.prod(generator.shape) + count * each
