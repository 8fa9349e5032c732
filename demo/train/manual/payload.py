"""The two networks and a step of one of them as JSON, with images as base64 PNG."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from demo.server.model_menu import class_names
from demo.train.payload import number
from gan.config import Config
from gan.media.contact_sheet import grid, png_bytes, shrunk
from gan.models.blocks import discriminator_blocks, generator_blocks
from gan.runs.snapshots import SAMPLE_PX
from gan.training.manual_step import ManualStep


def game(config: Config, names: Sequence[str] = ()) -> dict[str, Any]:
    """Describe the networks and losses for the drawing; `names`: those of the run's own classes."""
    drawn = {"G": generator_blocks(config), "D": discriminator_blocks(config)}
    return {
        "arch": config.arch,
        "loss": config.loss,
        "r1": config.r1_gamma > 0,
        "augmented": config.augment > 0 or config.augment_target > 0,
        "d_steps": config.d_steps_per_g_step,
        "z": config.z_dim,
        "classes": config.classes,
        "data": config.data,
        "labels": class_names(config, names),
        "image": [config.channels, config.image_size, config.image_size],
    } | {
        who: [{"kind": block.kind, "shape": list(block.shape)} for block in blocks]
        for who, blocks in drawn.items()
    }


def move(step: ManualStep) -> dict[str, Any]:
    """Describe a step: two rows of images, D(x) in percent and losses as [before, after].

    `moved` has [gradient norm, relative weight change in percent] for each block of the network
    that was updated. Values that are not finite are None.
    """
    before, after = step.before, step.after
    return {
        "who": step.who,
        "step": step.step,
        "classes": list(step.classes),
        "real": _sheet(step.real),
        "fake": _sheet(after.fake),
        "d_real": [_percent(before.d_real), _percent(after.d_real)],
        "d_fake": [_percent(before.d_fake), _percent(after.d_fake)],
        "loss_d": [number(before.loss_d), number(after.loss_d)],
        "loss_g": [number(before.loss_g), number(after.loss_g)],
        "moved": [[number(one.gradient), number(100 * one.share)] for one in step.moved],
    }


def _sheet(images: np.ndarray) -> str:
    return base64.b64encode(png_bytes(grid(shrunk(images, SAMPLE_PX), len(images)))).decode()


def _percent(beliefs: np.ndarray) -> list[float | None]:
    return [round(100 * float(one), 1) if np.isfinite(one) else None for one in beliefs]
