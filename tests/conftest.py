"""Fixtures for all tests: processors, a little real data, a small trained model, a Hub."""

import json
import os
from functools import cache

import pytest

from gan.data import idx
from gan.data.image_set import ASSETS, ImageSet, load
from gan.monitor import real_features

# before torch: OpenMP reads the environment variables of gan/__init__.py when torch is loaded
from gan.presets import preset
from gan.runs import unpack
from gan.runs.validate import check_run
from gan.system.machine import choose_device, set_threads
from gan.training.trainer import Trainer
from tests.fake_hub import TOKEN, FakeHub, point


def pytest_configure(config):
    """Give each worker of pytest-xdist its own share of the processors, and so of the threads.

    Processes that a test starts inherit it. They must compute with as many threads as the test:
    another number of threads gives other last bits.
    """
    worker = getattr(config, "workerinput", None)
    if worker and hasattr(os, "sched_setaffinity"):
        number, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[number % len(cores) :: count])


@pytest.fixture(autouse=True)
def threads():
    """Use as many threads as the app itself: another number gives other last bits."""
    set_threads()


@pytest.fixture(autouse=True)
def runs_checked_here(monkeypatch):
    """Check unpacked runs in this process, except where a test undoes it: starting one is slow."""
    monkeypatch.setattr(unpack, "check_apart", check_run)


@pytest.fixture(scope="session", autouse=True)
def mnist_read_once():
    """Unpack the files of MNIST, and extract the features of its images, once for all tests."""
    read, extract = idx.read_idx, real_features.read_real_features
    bundled, features = cache(read), cache(extract)

    def read_once(path):
        return (bundled if path.is_relative_to(ASSETS) else read)(path)

    def extract_once(name, size):
        return (features if name == "mnist" else extract)(name, size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(idx, "read_idx", read_once)
        patch.setattr(real_features, "read_real_features", extract_once)
        yield


@pytest.fixture(scope="session")
def tiny_data():
    """256 digits of the bundled MNIST, with all ten classes."""
    whole = load("mnist", train=False)
    return ImageSet("mnist", whole.images[:256].clone(), whole.labels[:256].clone())


@pytest.fixture(scope="session")
def tiny_model(tiny_data, tmp_path_factory):
    """The folder of the default generator after ten steps. Read only."""
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
    """A `FakeHub`, and the Hub client configured with its address and a token."""
    from huggingface_hub import constants

    fake = FakeHub(tmp_path / "xet")
    point(monkeypatch, fake.address)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    yield fake
    fake.close()
