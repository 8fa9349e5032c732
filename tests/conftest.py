"""What several tests need: a little real data, and a small trained model in a folder."""

import json

import pytest
import torch
from safetensors.torch import save_file

from gan.config import preset
from gan.data import ImageSet, load
from gan.trainer import Trainer


@pytest.fixture(autouse=True)
def one_thread():
    """Networks this small gain nothing from a second thread, and wait for it on a busy machine."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_data():
    """256 real digits of the bundled MNIST, all ten classes among them."""
    whole = load("mnist", train=False)
    return ImageSet("mnist", whole.images[:256].clone(), whole.labels[:256].clone())


@pytest.fixture(scope="session")
def tiny_model(tiny_data, tmp_path_factory):
    """A model folder as a run leaves it: the default generator after ten steps. Do not write."""
    config = preset("default", steps=10)
    trainer = Trainer(config, tiny_data, torch.device("cpu"))
    for _ in range(config.steps):
        trainer.step()
    folder = tmp_path_factory.mktemp("tiny-model")
    (folder / "config.json").write_text(json.dumps(config.to_json()))
    save_file(trainer.ema.state_dict(), folder / "model.safetensors")
    return folder
