"""What several tests need: a little real data, and a small trained model in a folder."""

import json

import pytest

# before any test imports torch: OpenMP reads what gan/__init__.py sets when torch is loaded
from gan.config import preset
from gan.data.image_set import ImageSet, load
from gan.system.machine import choose_device, set_threads
from gan.training.trainer import Trainer
from tests.fake_hub import TOKEN, FakeHub, point


@pytest.fixture(autouse=True)
def threads():
    """As many as the app itself uses: another number gives other last bits."""
    set_threads()


@pytest.fixture(scope="session")
def tiny_data():
    """256 real digits of the bundled MNIST, all ten classes among them."""
    whole = load("mnist", train=False)
    return ImageSet("mnist", whole.images[:256].clone(), whole.labels[:256].clone())


@pytest.fixture(scope="session")
def tiny_model(tiny_data, tmp_path_factory):
    """A model folder as a run leaves it: the default generator after ten steps. Do not write."""
    from safetensors.torch import save_file

    config = preset("default", steps=10)
    trainer = Trainer(config, tiny_data, choose_device())
    for _ in range(config.steps):
        trainer.step()
    folder = tmp_path_factory.mktemp("tiny-model")
    (folder / "config.json").write_text(json.dumps(config.to_json()))
    weights = {name: value.cpu().contiguous() for name, value in trainer.ema.state_dict().items()}
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A Hub on this machine (`FakeHub`), and its client as somebody who has a token there."""
    from huggingface_hub import constants

    fake = FakeHub(tmp_path / "xet")
    point(monkeypatch, fake.address)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    yield fake
    fake.close()
