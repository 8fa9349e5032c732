"""Motion of a latent over time: a video model is an image model whose z has a part that moves.

The last `motion_dim` numbers of z are the motion: of K oscillators, K first and K second
coordinates, and K speeds. Over time each oscillator's point turns around 0, at an angular velocity
that is a learned function of all speeds. The rest of z, the content, stays. If z ~ N(0, I), then
z(t) ~ N(0, I) at all times: each frame of a clip is an ordinary image of the model. A clip is one
latent, without noise on the way, and t may be any real number. A sum of oscillators at random
frequencies approximates any stationary motion (Rahimi & Recht 2007).

StyleGAN-V (Skorokhodov et al. 2022) also turns learned frequencies into sines, but of noise placed
along time, which a latent could not hold.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

HIDDEN = 32  # width of the network that reads the speeds
SLOPE = 0.2
FRAMES_PER_S = 12.5  # of a clip's own time, at normal speed
PERIODS = (60.0, 25.0)  # frames; longest and shortest of the initial mean frequencies
# rad per frame of an output of 1: at the learning rate of the other layers, clips would jitter
SCALE = 0.1


class Motion(nn.Module):
    """The angular velocities of the oscillators as a function of the speeds in z."""

    def __init__(self, motion_dim: int) -> None:
        super().__init__()
        self.size, self.count = motion_dim, motion_dim // 3
        self.hidden = nn.Linear(self.count, HIDDEN)
        self.out = nn.Linear(HIDDEN, self.count)
        slow, fast = (2 * math.pi / period for period in PERIODS)
        with torch.no_grad():
            means = torch.logspace(math.log10(slow), math.log10(fast), self.count)
            self.out.bias.copy_(means / SCALE)

    def velocities(self, z: Tensor) -> Tensor:
        """Return the angular velocities (n,K), in radians per frame, of latents (n,z_dim)."""
        return SCALE * self.out(leaky_relu(self.hidden(z[:, -self.count :]), SLOPE))

    def forward(self, z: Tensor, times: Tensor, period: float | None = None) -> Tensor:
        """Return z(t), (n,k,z_dim), of latents (n,z_dim) at times (n,k) in frames; z(0) is z.

        Times in float64 keep their precision however long the clip is. With `period`, in frames,
        each velocity becomes the nearest one of a whole number of turns in that time, so that
        z(period) is z: the clip is a loop.
        """
        with torch.autocast(z.device.type, enabled=False):  # angles need the precision
            velocities = self.velocities(z.float()).to(times.dtype)
            if period is not None:
                turn = 2 * math.pi / period
                velocities = (velocities / turn).round() * turn
            angles = velocities[:, None] * times[..., None]
        still = z.shape[1] - self.size
        parts = z[:, None].expand(-1, times.shape[1], -1).split([still] + [self.count] * 3, 2)
        content, first, second, speeds = parts
        cos, sin = angles.cos(), angles.sin()
        turned = [first * cos - second * sin, first * sin + second * cos]
        return torch.cat([content, *turned, speeds], 2)

    def layers(self) -> dict[str, dict[str, list]]:
        """Return the weights and biases of both layers as lists, with `SCALE`, for the page."""
        named = {"hidden": (self.hidden, 1.0), "out": (self.out, SCALE)}
        return {
            name: {"weight": (scale * layer.weight).tolist(), "bias": (scale * layer.bias).tolist()}
            for name, (layer, scale) in named.items()
        }
