"""The disk space of a run: the number of its files is limited, whatever the number of steps."""

from __future__ import annotations

import torch

from gan.config import Config
from gan.models.networks import make_discriminator, make_generator
from gan.runs.milestones import MOST
from gan.runs.snapshots import COLUMNS, MAX_SNAPSHOTS, ROWS, sample_side

CHECKPOINTS = MOST + 3  # milestones, the newest, the previous, and the one that is being written
TEXT_BYTES = 20_000_000  # history, vital signs, headers
MAKERS = make_generator, make_discriminator


def most_bytes(config: Config) -> int:
    """Return an upper bound of the size in bytes of a run with these settings."""
    # not on the device "meta": its first use takes seconds, and 160 MB for ever
    with torch.random.fork_rng(devices=[]):
        g, d = (list(make(config).state_dict().values()) for make in MAKERS)
    g_bytes, d_bytes = (4 * sum(value.numel() for value in weights) for weights in (g, d))
    halved = sum(value.numel() * (2 if value.ndim > 1 else 4) for value in g)
    checkpoint = 4 * g_bytes + 3 * d_bytes  # weights, two averages of Adam, and G's EMA
    picture = ROWS * COLUMNS * sample_side(config.image_size) ** 2 * config.channels
    snapshots = (MAX_SNAPSHOTS + 1) * (halved + picture)
    return CHECKPOINTS * checkpoint + snapshots + 2 * g_bytes + TEXT_BYTES
