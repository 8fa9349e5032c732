import copy
import subprocess
import sys
from pathlib import Path

import torch
from torch import nn

from gan.training.adam import Adam


def stepped(kind, network, count):
    """Return an optimiser after `count` steps, saved and loaded between them."""
    optimiser = kind(network.parameters(), 0.01, (0.5, 0.99), fused=True)
    for _ in range(count):
        optimiser.zero_grad(set_to_none=True)
        network(torch.linspace(-1, 1, 12).view(4, 3)).square().mean().backward()
        optimiser.step()
        optimiser.load_state_dict(optimiser.state_dict())
    return optimiser


def test_steps_equal_those_of_torch():
    ours = nn.Linear(3, 2)
    theirs = copy.deepcopy(ours)
    states = [
        stepped(Adam, ours, 4).state_dict(),
        stepped(torch.optim.Adam, theirs, 4).state_dict(),
    ]
    assert torch.equal(ours.weight, theirs.weight) and torch.equal(ours.bias, theirs.bias)
    for index, moments in states[1]["state"].items():
        for name, value in moments.items():
            assert torch.equal(states[0]["state"][index][name], value)


def test_a_training_step_does_not_import_the_compiler():
    code = (
        "import sys, torch; from gan.training.trainer import Trainer; "
        "from gan.config import Config; "
        "from gan.data.image_set import ImageSet; "
        "images = ImageSet('mnist', torch.zeros(20, 1, 28, 28).byte(), torch.arange(20) % 10); "
        "trainer = Trainer(Config(width=4, batch_size=2), images); "
        "trainer.step(); trainer.load_state_dict(trainer.state_dict()); trainer.step(); "
        "print('torch._dynamo' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
