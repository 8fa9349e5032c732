"""The portable file, evaluated with numpy only, draws what the network draws."""

import copy
import json

import numpy as np
import pytest
import torch
from safetensors.numpy import load

from gan.models.portable import PortableError, layers, portable, size
from gan.presets import PRESETS, preset
from tests.models import randomised

CONFIGS = {
    **{name: preset(name) for name in PRESETS},
    "colour-32": preset("default", data="cifar10", width=8),
    "colour-64": preset("default", data="cifar10", image_size=64, width=4),
    "colour-mlp": preset("article", data="cifar10"),
    "odd-width": preset("unconditional", width=5, z_dim=3),
    "shuffle": preset("default", width=8, upsample="shuffle"),
    "shuffle-colour-32": preset("default", data="cifar10", width=8, upsample="shuffle"),
}


def opened(file):
    """Metadata and tensors of a portable file."""
    length = int.from_bytes(file[:8], "little")
    return json.loads(file[8 : 8 + length])["__metadata__"], load(file)


def evaluate(file, z, weights):
    """The format as gan/models/portable.py describes it, word for word; images uint8 (n,h,w,c)."""
    metadata, tensors = opened(file)
    x = np.concatenate([z, weights], 1).astype(np.float32)
    for k, layer in enumerate(json.loads(metadata["layers"])):
        if layer["op"] == "shift":
            numbers = range(layer["dense"])
            dense = [(tensors[f"{k}.{n}.weight"], tensors[f"{k}.{n}.bias"]) for n in numbers]
            x = shifted(x, layer, z, dense)
        else:
            weight = tensors[f"{k}.weight"].astype(np.float32)
            bias = tensors[f"{k}.bias"].astype(np.float32)
        if layer["op"] == "linear":
            x = x @ weight.T + bias
        elif layer["op"] != "shift":
            side, n = layer["side"], len(x)
            x = x.reshape(n, side, side, -1)
            if layer["op"] == "resize":
                x = x.repeat(2, 1).repeat(2, 2)
            padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
            patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
            y = np.tensordot(patches, weight, ((3, 4, 5), (1, 2, 3))) + bias
            if layer["op"] == "up":
                y = y.reshape(n, side, side, layer["out"], 2, 2).transpose(0, 1, 4, 2, 5, 3)
            x = y.reshape(n, -1)
        x = {"tanh": np.tanh, "linear": np.asarray, "leaky": leaky}[layer["activation"]](x)
    pixels = np.clip(np.rint((x + 1) * 127.5), 0, 255).astype(np.uint8)
    return pixels.reshape(len(z), *json.loads(metadata["shape"]))


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def shifted(x, layer, z, dense):
    """Images (n,side*side*c), each line of which is moved by cubic convolution, pixel by pixel."""
    distance = z[:, -layer["motion"] :].astype(np.float32)
    for k, (weight, bias) in enumerate(dense):
        distance = distance @ weight.T + bias
        if k < len(dense) - 1:
            distance = leaky(distance)
    side = layer["side"]
    maps = x.reshape(len(x), side, side, -1)
    for axis, moved in ((1, distance[:, 1]), (2, distance[:, 0])):
        out = np.zeros_like(maps)
        for i, by in enumerate(moved):
            for place in range(side):
                source = min(max(place - by, 0), side - 1)
                taps = [j for j in range(int(source) - 1, int(source) + 3) if 0 <= j < side]
                weights = np.array([keys(abs(j - source)) for j in taps])
                line = np.moveaxis(maps[i], axis - 1, 0)[taps]
                value = np.tensordot(weights / weights.sum(), line, 1)
                np.moveaxis(out[i], axis - 1, 0)[place] = value
        maps = out
    return maps.reshape(len(x), -1)


def keys(x):
    """The kernel of cubic convolution (Keys 1981)."""
    if x < 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


@pytest.mark.parametrize("name", CONFIGS)
def test_the_portable_file_draws_what_the_network_draws(name):
    generator = randomised(CONFIGS[name])
    rng = np.random.default_rng(0)
    z = rng.standard_normal((32, generator.z_dim)).astype(np.float32)
    blended = rng.dirichlet(np.ones(max(1, generator.classes)), 32).astype(np.float32)
    weights = blended[:, : generator.classes]
    drawn = evaluate(portable(generator), z, weights).astype(int)
    wanted = generator.sample(z, weights if generator.classes else None)
    assert np.abs(drawn - wanted).max() <= 1


@pytest.mark.parametrize("name", CONFIGS)
def test_size_and_metadata_are_those_of_the_file(name):
    generator = randomised(CONFIGS[name])
    metadata, tensors = opened(portable(generator))
    kinds = {np.dtype(np.float32 if key.count(".") > 1 else np.float16) for key in tensors}
    assert {tensor.dtype for tensor in tensors.values()} == kinds
    work, weights = size(generator)
    assert weights == sum(tensor.size for tensor in tensors.values())
    # a pixel of `resize` becomes four, each of which sums four of the nine weights' inputs
    taps = {"linear": 1, "up": 1, "resize": 16 / 9}
    found = sum(
        tensors[f"{k}.weight"].size * taps[layer["op"]] * layer.get("side", 1) ** 2
        for k, layer in enumerate(layers(generator))
        if layer["op"] in taps
    )
    assert work == pytest.approx(found)
    assert json.loads(metadata["shape"]) == list(generator.shape)
    assert json.loads(metadata["layers"]) == layers(generator)
    assert [metadata[key] for key in ("model_id", "z_dim", "classes")] == [
        generator.model_id,
        str(generator.z_dim),
        str(generator.classes),
    ]


def test_the_network_is_not_modified():
    generator = randomised(preset("default", width=8))
    before = copy.deepcopy(generator.network.state_dict())
    portable(generator)
    for name, tensor in generator.network.state_dict().items():
        torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)


@pytest.mark.parametrize("value", [1e5, float("nan"), float("inf")])
def test_weights_beyond_float16_are_refused(value):
    generator = randomised(preset("default", width=8))
    generator.network.ups[1].conv.bias[0] = value
    with pytest.raises(PortableError, match="float16|browser"):
        portable(generator)
