"""Untrained generators, and a report, to test with."""

import json
from pathlib import Path

import torch
from torch import nn

from gan.metrics.report import Figure, Report
from gan.models.generator import Generator
from gan.models.networks import make_generator
from gan.presets import preset
from gan.storage.checkpoint_file import weights_bytes


def randomised(config):
    """Return a generator of any config, with random batch norm parameters and statistics."""
    torch.manual_seed(1)
    network = make_generator(config)
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.weight, 1, 0.3)
            nn.init.normal_(norm.bias, 0, 0.3)
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.3, 2)
    if config.motion_dim:  # zeros at first
        nn.init.normal_(network.fc.weight[:, config.z_dim - config.motion_dim : config.z_dim])
    return Generator(config, network)


def write_clips_model(folder: Path) -> None:
    """Write a small model of clips into a folder, as a run or a bundled model has it."""
    config = preset("video", width=8, z_dim=16, motion_dim=6)
    (folder / "config.json").write_text(json.dumps(config.to_json()))
    network = randomised(config).network
    network.ups[-1].conv.weight.mul_(4)  # else all is grey
    network.ups[-1].conv.bias.zero_()
    weights = weights_bytes(network.state_dict())
    (folder / "model.safetensors").write_bytes(weights)


def evaluation() -> Report:
    """Return a report with one figure that has a floor and one that has none."""
    figures = {"frechet": Figure(0.5, 0.25), "recall": Figure(0.75)}
    return Report(
        data="mnist",
        model_id="0123456789ab",
        reader="a judge",
        count=100,
        real_count=90,
        compared=80,
        seed=0,
        figures=figures,
        class_shares=(0.5, 0.5),
        real_class_shares=None,
        seconds=1.5,
    )
