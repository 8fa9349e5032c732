"""Motion as a shift of the image: what moves across a frame keeps its looks.

A spatial transformer (Jaderberg et al. 2015) that only translates, before the final tanh. Without
it, G has to draw each thing anew at each place, and digits change into others on their way. If the
feature maps before the last upsampling are shifted instead, digits jitter.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

HIDDEN = 128
SLOPE = 0.2
SCALE = 0.25  # halves of the side, of an output of 1; see that of `Motion`


class Shift(nn.Module):
    """Shifts images by a distance that is a function of the motion, and of nothing else."""

    def __init__(self, motion_dim: int) -> None:
        super().__init__()
        sizes = (motion_dim, HIDDEN, HIDDEN, 2)
        self.dense = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))

    def distance(self, motion: Tensor, side: int) -> Tensor:
        """Return the distances (n,2) across and down in pixels, of images of `side` pixels."""
        *hidden, out = self.dense
        for layer in hidden:
            motion = leaky_relu(layer(motion), SLOPE)
        return SCALE * side / 2 * out(motion)

    def weights(self, side: int) -> list[tuple[Tensor, Tensor]]:
        """Return the weights and biases of the layers, with the scale of `distance` in the last."""
        *hidden, out = ((layer.weight, layer.bias) for layer in self.dense)
        return [*hidden, tuple(SCALE * side / 2 * each for each in out)]

    def forward(self, h: Tensor, motion: Tensor) -> Tensor:
        """Return images (n,c,s,s), shifted right and down by `distance` of `motion` (n,motion_dim).

        The edge is repeated beyond the image.
        """
        side, given = h.shape[2], h.dtype
        with torch.autocast(h.device.type, enabled=False):  # positions need the precision
            distances = self.distance(motion.float(), side).T
            across, down = (sampling(each, side) for each in distances)
            rows = h.float().permute(0, 2, 3, 1)
            rows = (down @ rows.flatten(2)).unflatten(2, rows.shape[2:])
            rows = across[:, None] @ rows
        return rows.permute(0, 3, 1, 2).to(given)


def sampling(distance: Tensor, side: int) -> Tensor:
    """Return matrices (n,side,side) that shift a line of `side` values by `distance` (n,) values.

    Between values by cubic convolution (Keys 1981): by halves, linear interpolation would blur.
    """
    place = torch.arange(side, dtype=distance.dtype, device=distance.device)
    source = (place - distance[:, None]).clamp(0, side - 1)
    x = (source[:, :, None] - place).abs()
    near, far = ((1.5 * x - 2.5) * x * x + 1), ((-0.5 * x + 2.5) * x - 4) * x + 2
    weights = torch.where(x < 1, near, torch.where(x < 2, far, 0.0))
    return weights / weights.sum(2, keepdim=True)  # beyond the edge, some are missing
