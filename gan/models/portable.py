"""A generator as one small file that draws anywhere: here in the visitor's browser.

The file is safetensors, float16, with no batch norm and no class embedding left: both are linear
when a trained model is used, so they are multiplied into the layers beside them. Its metadata
(strings, as the format has it) hold `model_id`, `z_dim`, `classes`, `shape` [h, w, c], and
`layers`, a JSON list. Layer k has the tensors "k.weight" and "k.bias" and is one of

- {"op": "linear", "in", "out", "activation"}: weight (out, in). The first one takes z and then
  the class weights. Outputs that make a picture go row by row, its channels side by side.
- {"op": "up", "in", "out", "side", "activation"}: a 3x3 convolution, padded by one zero, over
  pictures of `side` pixels; weight (4 * out, in, 3, 3). Its channels 4c to 4c + 3 are the 2x2
  pixels of channel c at twice the side (Shi et al. 2016).

with the activation "leaky" (leaky ReLU, slope 0.2 below zero), or "tanh" after the last layer:
from -1 to 1, which is a pixel's 0 to 255.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from gan.models.generator import Generator
from gan.models.networks import ConvGenerator, MLPGenerator


class PortableError(ValueError):
    """A weight does not fit float16; such a model can only be drawn where it was trained."""


def portable(generator: Generator) -> bytes:
    """The file described above.

    Raises:
        PortableError: a weight is too large for float16, or no finite number at all.
    """
    network = generator.network
    folded = _conv(network) if isinstance(network, ConvGenerator) else _mlp(network)
    height, width, channels = generator.shape
    # the last outputs in the order of a picture's bytes, and what a convolution starts from
    planes = channels if isinstance(network, MLPGenerator) else len(network.norms[0].weight)
    place = 0 if isinstance(network, ConvGenerator) else len(folded) - 1
    folded[place] = tuple(_pixel_by_pixel(tensor, planes) for tensor in folded[place])
    tensors = {}
    for index, (weight, bias) in enumerate(folded):
        tensors |= {f"{index}.weight": _half(weight), f"{index}.bias": _half(bias)}
    return save(
        tensors,
        {
            "layers": json.dumps(layers(generator)),
            "model_id": generator.model_id,
            "shape": json.dumps([height, width, channels]),
            "z_dim": str(generator.z_dim),
            "classes": str(generator.classes),
        },
    )


def layers(generator: Generator) -> list[dict[str, Any]]:
    """What the file's layers are, first to last; costs nothing."""
    network, first = generator.network, generator.z_dim + generator.classes
    if isinstance(network, MLPGenerator):
        linear = [*network.fc, network.out]
        sizes = [first, *(layer.out_features for layer in linear)]
        made = [{"op": "linear", "in": i, "out": o} for i, o in pairwise(sizes)]
    else:
        made = [{"op": "linear", "in": first, "out": network.fc.out_features}]
        for index, up in enumerate(network.ups):
            conv, side = up.conv, network.base << index
            outputs = conv.out_channels // 4
            made.append({"op": "up", "in": conv.in_channels, "out": outputs, "side": side})
    last = len(made) - 1
    return [x | {"activation": "leaky" if k < last else "tanh"} for k, x in enumerate(made)]


def size(generator: Generator) -> tuple[int, int]:
    """Multiply-adds for one image, and the number of weights (two bytes each in the file)."""
    work = count = 0
    for layer in layers(generator):
        taps = 36 if layer["op"] == "up" else 1
        weights = layer["in"] * layer["out"] * taps
        work += weights * layer.get("side", 1) ** 2
        count += weights + layer["out"] * (4 if taps == 36 else 1)
    return work, count


def _mlp(network: MLPGenerator) -> list[tuple[Tensor, Tensor]]:
    made = [(layer.weight.double(), layer.bias.double()) for layer in network.fc]
    # 2 sigmoid(x) - 1 is tanh(x / 2)
    return [*made, (network.out.weight.double() / 2, network.out.bias.double() / 2)]


def _conv(network: ConvGenerator) -> list[tuple[Tensor, Tensor]]:
    weight = network.fc.weight.double()
    if network.embed is not None:
        embed = network.embed.weight.double()
        z_dim = weight.shape[1] - len(embed)
        weight = torch.cat([weight[:, :z_dim], weight[:, z_dim:] @ embed], 1)
    made = [(weight, network.fc.bias.double())]
    made += [(up.conv.weight.double(), up.conv.bias.double()) for up in network.ups]
    # the batch norm that opens a stage belongs to the layer before it
    for index, norm in enumerate(network.norms):
        made[index] = _without_norm(*made[index], norm)
    return made


def _without_norm(weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """A layer that also does what the batch norm after it did.

    Each of the norm's channels is made by equally many outputs in a row: a plane of the first
    layer's picture, or the four that become its 2x2 pixels.
    """
    gain = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    shift = norm.bias.double() - norm.running_mean.double() * gain
    each = len(bias) // len(gain)
    gain, shift = gain.repeat_interleave(each), shift.repeat_interleave(each)
    return weight * gain.view(-1, *[1] * (weight.ndim - 1)), bias * gain + shift


def _pixel_by_pixel(tensor: Tensor, planes: int) -> Tensor:
    """Rows that go plane by plane, (c, h * w), put in the order (h * w, c)."""
    return tensor.unflatten(0, (planes, -1)).transpose(0, 1).flatten(0, 1)


def _half(tensor: Tensor) -> Tensor:
    half = tensor.half()
    if not half.isfinite().all():
        raise PortableError("A weight of this model is too large for the browser's file.")
    return half.contiguous()
