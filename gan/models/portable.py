"""Export a generator as one small file for inference in the browser.

The file is safetensors in float16, and in float32 for shifts. Batch norm and class embedding are
linear in inference and are folded into the adjacent layers. Its metadata (strings) are `model_id`,
`z_dim`, `classes`, `shape` [h, w, c], and `layers`, a JSON list. Layer k has the tensors "k.weight"
and "k.bias" and is one of

- {"op": "linear", "in", "out", "activation"}: weight (out, in). The first one takes z and then
  the class weights. Outputs that form an image are ordered by row, column, channel.
- {"op": "resize", "in", "out", "side", "activation"}: feature maps of `side` pixels, each pixel
  repeated to 2x2 (Odena et al. 2016), then a 3x3 convolution with zero padding of 1; weight
  (out, in, 3, 3).
- {"op": "up", "in", "out", "side", "activation"}: a 3x3 convolution with zero padding of 1 on
  feature maps of `side` pixels; weight (4 * out, in, 3, 3). Its channels 4c to 4c + 3 are the 2x2
  pixels of channel c at twice the side (Shi et al. 2016).
- {"op": "shift", "in", "out", "side", "motion", "dense", "activation"}: of models of clips; see
  `gan.models.shift`. An image of `side` pixels is shifted right and down by two distances in
  pixels. They are the outputs of `dense` layers with leaky ReLU between them, which take the last
  `motion` numbers of z; the tensors "k.0.weight", "k.0.bias", "k.1.weight" and so on are float32,
  since an error of a hundredth of a pixel can be seen.

with the activation "leaky" (leaky ReLU of slope 0.2), "linear" (none) before a shift, or "tanh"
after the last layer; its -1 to 1 are a pixel's 0 to 255.
"""

import json
from itertools import pairwise
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from gan.models.generator import Generator
from gan.models.networks import ConvGenerator, MLPGenerator, ShuffleUpsample

# of each operation: multiply-adds per input pixel, channel and output channel; weights; biases
TAPS = {"linear": (1, 1, 1), "up": (36, 36, 4), "resize": (16, 9, 1)}


class PortableError(ValueError):
    """A weight does not fit float16: the model cannot be drawn in the browser."""


def portable(generator: Generator) -> bytes:
    """Return the file described above. Raises PortableError if a weight does not fit float16."""
    network = generator.network
    folded = _conv(network) if isinstance(network, ConvGenerator) else _mlp(network)
    height, width, channels = generator.shape
    # outputs that form an image or a first feature map: from rows (c, h * w) to (h * w, c)
    planes = channels if isinstance(network, MLPGenerator) else len(network.norms[0].weight)
    place = 0 if isinstance(network, ConvGenerator) else len(folded) - 1
    rows = (tensor.unflatten(0, (planes, -1)) for tensor in folded[place])
    folded[place] = tuple(each.transpose(0, 1).flatten(0, 1) for each in rows)
    tensors = {}
    shift = getattr(network, "shift", None)
    for index, (weight, bias) in enumerate(folded):
        tensors |= {f"{index}.weight": _half(weight), f"{index}.bias": _half(bias)}
    if shift is not None:
        for number, (weight, bias) in enumerate(shift.weights(height)):
            name = f"{len(folded)}.{number}"
            tensors |= {f"{name}.weight": weight.clone(), f"{name}.bias": bias.clone()}
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
    """Return the layers of the file, first to last; cheap."""
    network, first = generator.network, generator.z_dim + generator.classes
    if isinstance(network, MLPGenerator):
        sizes = [first, *(layer.out_features for layer in (*network.fc, network.out))]
        made = [{"op": "linear", "in": i, "out": o} for i, o in pairwise(sizes)]
    else:
        made = [{"op": "linear", "in": first, "out": network.fc.out_features}]
        for index, up in enumerate(network.ups):
            outputs = up.conv.out_channels
            op = "resize"
            if isinstance(up, ShuffleUpsample):
                op, outputs = "up", outputs // 4
            side = network.base << index
            made.append({"op": op, "in": up.conv.in_channels, "out": outputs, "side": side})
        if network.shift is not None:
            height, _, channels = generator.shape
            of_motion = {"motion": network.motion.size, "dense": len(network.shift.dense)}
            made.append(
                {"op": "shift", "in": channels, "out": channels, "side": height, **of_motion}
            )
    last = len(made) - 1
    activations = ["tanh" if k == last else "leaky" for k in range(len(made))]
    if made[-1]["op"] == "shift":
        activations[-2] = "linear"
    return [x | {"activation": name} for x, name in zip(made, activations, strict=True)]


def size(generator: Generator) -> tuple[int, int]:
    """Return the multiply-adds for one image, and the number of weights.

    A weight takes two bytes, that of a shift four.
    """
    work = count = 0
    for layer in layers(generator):
        if layer["op"] == "shift":
            count += sum(weight.numel() for weight in generator.network.shift.parameters())
            continue  # a thousandth of the work
        each = layer["in"] * layer["out"]
        taps, kernel, biases = TAPS[layer["op"]]
        work += each * taps * layer.get("side", 1) ** 2
        count += each * kernel + layer["out"] * biases
    return work, count


def _mlp(network: MLPGenerator) -> list[tuple[Tensor, Tensor]]:
    made = [(layer.weight.double(), layer.bias.double()) for layer in network.fc]
    # 2 sigmoid(x) - 1 is tanh(x / 2)
    return [*made, (network.out.weight.double() / 2, network.out.bias.double() / 2)]


def _conv(network: ConvGenerator) -> list[tuple[Tensor, Tensor]]:
    plain = [network.fc, *(up.conv for up in network.ups)]
    made = [(layer.weight.double(), layer.bias.double()) for layer in plain]
    if network.motion is not None:
        made[0] = (_gained(made[0][0], network.gain.double()), made[0][1])
    if network.embed is not None:
        weight, embed = made[0][0], network.embed.weight.double()
        z_dim = weight.shape[1] - len(embed)
        made[0] = (torch.cat([weight[:, :z_dim], weight[:, z_dim:] @ embed], 1), made[0][1])
    # fold the batch norm that opens a stage into the layer before it
    for index, norm in enumerate(network.norms):
        made[index] = _without_norm(*made[index], norm)
    return made


def _gained(weight: Tensor, gain: Tensor) -> Tensor:
    """Fold the gains (z_dim,) of z into the first layer's weight."""
    return torch.cat([weight[:, : len(gain)] * gain, weight[:, len(gain) :]], 1)


def _without_norm(weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Fold a batch norm into the layer before it.

    Each channel of the norm is produced by equally many consecutive outputs: a plane of the first
    feature map, one channel of a convolution, or the four that become 2x2 pixels.
    """
    gain = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    shift = norm.bias.double() - norm.running_mean.double() * gain
    each = len(bias) // len(gain)
    gain, shift = gain.repeat_interleave(each), shift.repeat_interleave(each)
    return weight * gain.view(-1, *[1] * (weight.ndim - 1)), bias * gain + shift


def _half(tensor: Tensor) -> Tensor:
    half = tensor.half()
    if not half.isfinite().all():
        raise PortableError("A weight of this model is too large for the browser's file.")
    return half.contiguous()
