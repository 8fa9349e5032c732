"""What the browser draws by itself is what PyTorch draws, and whatever fails, pictures come."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from gan.models.generator import Generator
from gan.models.portable import portable
from gan.presets import PRESETS, preset
from gan.training.trainer import Trainer
from tests.models import randomised

MODELS = Path(__file__).parents[2] / "assets/models"
BUNDLED = sorted(path.parent.name for path in MODELS.glob("*/model.safetensors"))
COUNT = 256
FEW = {64: 48, 128: 16}  # by side: the larger ones take their time

TRAINED = ["default", "unconditional", "article"]
# the same layers as above, trained in other ways
OF_OTHER_DATA = ["video", "large-images"]
OTHERS = [
    pytest.param(name, marks=pytest.mark.slow)
    for name in PRESETS
    if name not in TRAINED + OF_OTHER_DATA
]
RANDOM = {
    "clips": preset("video"),
    "colour-32": preset("default", data="cifar10"),
    "colour-32-unconditional": preset("unconditional", data="cifar10", z_dim=7),
    "colour-64": preset("default", data="cifar10", image_size=64),
    "grey-64": preset("default", image_size=64, width=8),
    "colour-128": preset("default", data="cifar10", image_size=128),
    "grey-128": preset("unconditional", image_size=128, width=8),
    "odd-width": preset("default", width=5, z_dim=3),
    "shuffle-colour-32": preset("default", data="cifar10", upsample="shuffle"),
    "shuffle-odd-width": preset("default", width=5, z_dim=3, upsample="shuffle"),
    "colour-mlp": preset("article", data="cifar10"),
}


@pytest.fixture
def page(engine_page):
    return engine_page


def trained(name, data):
    """A preset after a few steps, small batches."""
    trainer = Trainer(preset(name, steps=6, batch_size=16), data, torch.device("cpu"))
    for _ in range(6):
        trainer.step()
    return Generator(trainer.config, trainer.ema)


@pytest.fixture(scope="module")
def generators(tiny_data):
    """A function from a name of the lists above to its generator."""

    @cache
    def made(name):
        if name in RANDOM:
            return randomised(RANDOM[name])
        return Generator.load(MODELS / name) if name in BUNDLED else trained(name, tiny_data)

    return made


DRAW = """async ({file, zs, weights}) => {
    const [{ Generator }, { loadKernels }] =
        await Promise.all([import("./engine/generator.js"), import("./engine/kernels.js")]);
    const makeKernels = await loadKernels("./engine/kernels.wasm");
    const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
    // the page's own copy of what the worker reads: right only if both are
    const model = Generator.follow(Generator.read(bytes, makeKernels).plan(), makeKernels);
    const size = model.shape.reduce((a, b) => a * b);
    const pixels = new Uint8ClampedArray(zs.length * size);
    zs.forEach((z, i) => {
        model.draw(z, weights[i] ?? [], pixels.subarray(i * size, (i + 1) * size));
    });
    let text = "";
    for (let i = 0; i < pixels.length; i += 4096) {
        text += String.fromCharCode(...pixels.subarray(i, i + 4096));
    }
    return [model.model_id, model.shape, btoa(text)];
}"""


def latents_and_weights(generator, count=COUNT):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((count, generator.z_dim)).astype(np.float32)
    if not generator.classes:
        return z, None
    weights = np.eye(generator.classes, dtype=np.float32)[np.arange(count) % generator.classes]
    blended = rng.dirichlet(np.ones(generator.classes) * 0.3, count // 2)
    weights[::2] = blended.astype(np.float32)
    return z, weights


@pytest.mark.parametrize("name", [*BUNDLED, *TRAINED, *OTHERS, *RANDOM])
def test_the_browser_draws_what_pytorch_draws(page, generators, name):
    generator = generators(name)
    file = base64.b64encode(portable(generator)).decode()
    most = FEW.get(generator.shape[0], COUNT)
    z, weights = latents_and_weights(generator, most)
    wanted = generator.sample(z, weights)
    assert wanted.std() > 1  # a grey nothing would agree with anything
    rows = [] if weights is None else weights.tolist()
    wish = {"file": file, "zs": z.tolist(), "weights": rows}
    model_id, shape, drawn = page.evaluate(DRAW, wish)
    assert (model_id, tuple(shape)) == (generator.model_id, generator.shape)
    drawn = np.frombuffer(base64.b64decode(drawn), np.uint8).reshape(most, *shape)
    assert np.abs(drawn.astype(int) - wanted).max() <= 1
