"""Generators to test with, made rather than trained."""

import torch
from torch import nn

from gan.generator import Generator
from gan.networks import make_generator


def randomised(config):
    """Any config, with batch norms that do something."""
    torch.manual_seed(1)
    network = make_generator(config)
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.weight, 1, 0.3)
            nn.init.normal_(norm.bias, 0, 0.3)
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.3, 2)
    return Generator(config, network)
