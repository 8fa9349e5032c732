"""The networks, one class each; G and D mirror each other stage by stage.

G maps z (n,z_dim) and class weights (n,classes) to images (n,c,h,w) in [-1, 1]; D maps images and
class weights to scores (n,). Class weights are one-hot in training and may be blended when
exploring; unconditional networks take (n,0).
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d, leaky_relu, linear, pad
from torch.nn.utils.parametrizations import spectral_norm

from gan.config import Config
from gan.models.motion import Motion
from gan.models.shift import Shift

EMBED = 32  # width of a class embedding
SLOPE = 0.2  # of leaky ReLU; the convolutional D has its own
MOTION_GAIN = 0.05  # of the motion in z for the dense layer: what changes most is left to `Shift`


class MLPGenerator(nn.Module):
    """The tutorial's generator: z-128-256-784, leaky ReLU, sigmoid output (scaled to [-1, 1])."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.shape = (config.channels, config.image_size, config.image_size)
        pixels = config.channels * config.image_size**2
        self.fc = nn.ModuleList([nn.Linear(config.z_dim, 128), nn.Linear(128, 256)])
        self.out = nn.Linear(256, pixels)

    def forward(self, z: Tensor, classes: Tensor) -> Tensor:
        h = z
        for layer in self.fc:
            h = leaky_relu(layer(h), SLOPE)
        return (torch.sigmoid(self.out(h)) * 2 - 1).unflatten(1, self.shape)


class MLPDiscriminator(nn.Module):
    """The tutorial's discriminator: 784-256-128-1, leaky ReLU; the sigmoid is in the loss."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        pixels = config.channels * config.image_size**2
        self.fc = nn.ModuleList([nn.Linear(pixels, 256), nn.Linear(256, 128)])
        self.out = nn.Linear(128, 1)

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        h = (images.flatten(1) + 1) / 2  # the tutorial's pixels lie in [0, 1]
        for layer in self.fc:
            h = leaky_relu(layer(h), SLOPE)
        return self.out(h).squeeze(1)


def stages(config: Config) -> list[int]:
    """Return the channels of each stage, from the feature map of 7x7 or 4x4 to the largest."""
    base = 7 if config.image_size == 28 else 4
    count = (config.image_size // base).bit_length() - 1
    last = config.width if config.image_size <= 64 else config.width // 2  # the slowest stage
    return [min(last << (count - 1 - i), 256) for i in range(count)]


class ResizeUpsample(nn.Module):
    """Nearest-neighbour upsampling to twice the side, then a 3x3 convolution (Odena et al. 2016).

    Even areas stay even: there is no checkerboard. Each output pixel is the sum of 2x2 inputs only,
    so that both together are one transposed convolution with a 4x4 kernel. On a CPU it takes half
    the time of `ShuffleUpsample`, and a third of that of its two parts.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, h: Tensor) -> Tensor:
        padded = pad(self.conv.weight, (1, 1, 1, 1))
        rows = padded[:, :, 1:] + padded[:, :, :-1]
        kernel = (rows[..., 1:] + rows[..., :-1]).flip(2, 3).transpose(0, 1)
        kernel = kernel.contiguous(memory_format=torch.channels_last)
        return conv_transpose2d(h, kernel, self.conv.bias, stride=2, padding=1)


class ShuffleUpsample(nn.Module):
    """Convolution, then pixel shuffle to twice the side (Shi et al. 2016); of older models."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs * 4, 3, padding=1)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, h: Tensor) -> Tensor:
        return self.shuffle(self.conv(h))


class ConvGenerator(nn.Module):
    """Class-conditional DCGAN-like generator for 28 to 128 px (after Radford et al. 2016)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = stages(config)
        self.base = 7 if config.image_size == 28 else 4
        embed = EMBED if config.classes else 0
        self.embed = nn.Linear(config.classes, embed, bias=False) if embed else None
        self.fc = nn.Linear(config.z_dim + embed, widths[0] * self.base**2)
        self.norms = nn.ModuleList([nn.BatchNorm2d(w) for w in widths])
        outputs = [*widths[1:], config.channels]
        up = ResizeUpsample if config.upsample == "resize" else ShuffleUpsample
        self.ups = nn.ModuleList([up(i, o) for i, o in zip(widths, outputs, strict=True)])
        self.motion = Motion(config.motion_dim) if config.motion_dim else None
        self.shift = Shift(config.motion_dim) if config.motion_dim else None
        if self.embed is not None:
            nn.init.normal_(self.embed.weight)
        if config.motion_dim:
            gain = torch.ones(config.z_dim)
            gain[-config.motion_dim :] = MOTION_GAIN
            self.register_buffer("gain", gain, persistent=False)
            with torch.no_grad():  # at first, a clip differs in its shift alone
                self.fc.weight[:, config.z_dim - config.motion_dim : config.z_dim] = 0

    def first_map(self, z: Tensor, classes: Tensor) -> Tensor:
        """Return the first feature map (n,widths[0],base,base), before its norm."""
        if self.motion is not None:
            z = z * self.gain
        if self.embed is not None:
            z = torch.cat([z, self.embed(classes)], 1)
        return self.fc(z).unflatten(1, (-1, self.base, self.base))

    def forward(self, z: Tensor, classes: Tensor) -> Tensor:
        h = self.first_map(z, classes)
        h = h.contiguous(memory_format=torch.channels_last)  # fastest for convolutions on a CPU
        for norm, up in zip(self.norms, self.ups, strict=True):
            h = up(leaky_relu(norm(h), SLOPE, inplace=True))
        if self.shift is not None:
            h = self.shift(h, z[:, -self.motion.size :])
        return torch.tanh(h)


class ConvDiscriminator(nn.Module):
    """Mirror of `ConvGenerator`; classes enter by projection (Miyato & Koyama 2018).

    With `d_hidden`, a dense layer precedes the score.
    """

    def __init__(self, config: Config, channels: int = 0) -> None:
        super().__init__()
        widths = stages(config)[::-1]
        self.slope = config.d_slope
        sn = spectral_norm if config.d_norm == "spectral" else (lambda layer: layer)
        sizes = zip([channels or config.channels, *widths[:-1]], widths, strict=True)
        self.downs = nn.ModuleList([sn(nn.Conv2d(i, o, 4, 2, 1)) for i, o in sizes])
        batch = config.d_norm == "batch"
        # none on the first stage: it would hide the overall brightness from D
        self.norms = nn.ModuleList(
            [nn.BatchNorm2d(w) if batch and k else nn.Identity() for k, w in enumerate(widths)]
        )
        features = widths[-1] * (config.image_size >> len(widths)) ** 2
        # relates distant parts of the image: without it the score is a sum over positions
        self.hidden = sn(nn.Linear(features, config.d_hidden)) if config.d_hidden else None
        features = config.d_hidden or features
        self.out = sn(nn.Linear(features, 1))
        self.embed = None
        if config.classes:
            embed = nn.Linear(config.classes, features, bias=False)
            nn.init.normal_(embed.weight, std=0.02)
            self.embed = sn(embed)

    def forward(self, images: Tensor, classes: Tensor) -> Tensor:
        h = images.contiguous(memory_format=torch.channels_last)
        for down, norm in zip(self.downs, self.norms, strict=True):
            h = leaky_relu(norm(down(h)), self.slope, inplace=True)
        # channels last: with a gradient in channels first, backward passes are several times slower
        channels_first = h.shape[1:]
        h = h.permute(0, 2, 3, 1).flatten(1)
        if self.hidden is not None:
            h = leaky_relu(self.hidden(h), self.slope, inplace=True)
        weights = self.out.weight
        if self.embed is not None:
            # one product with the vectors of all classes, instead of one blend per image
            weights = torch.cat([weights, self.embed.weight.T])
        if self.hidden is None:  # then the weights have channels first
            weights = weights.unflatten(1, channels_first).permute(0, 2, 3, 1).flatten(1)
        scores = linear(h, weights)
        score = scores[:, 0] + self.out.bias
        return score + (scores[:, 1:] * classes).sum(1) if self.embed is not None else score


class ClipDiscriminator(nn.Module):
    """Judges a frame, and three frames of a clip together with the gaps between them.

    The three are the channels of one image, as the two of DIGAN (Yu et al. 2022): a pass costs
    hardly more than for one frame.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.frame = ConvDiscriminator(config)
        self.clip = ConvDiscriminator(config, 3 * config.channels + 2)  # frames and gaps
        self.span = config.clip_span

    def forward(self, clips: Tensor, classes: Tensor, times: Tensor) -> Tensor:
        """Return scores (2n,): of the first frames of clips (n,3,c,h,w), then of the clips.

        `times` (n,3) are those of the frames, ascending.
        """
        gaps = (times[:, 1:] - times[:, :-1]) / self.span
        planes = gaps[:, :, None, None].expand(-1, -1, *clips.shape[3:])
        stacked = torch.cat([clips.flatten(1, 2), planes], 1)
        return torch.cat([self.frame(clips[:, 0], classes), self.clip(stacked, classes)])


def frame_discriminator(D: nn.Module) -> nn.Module:
    """Return the part of D that scores single images: all of D, unless it scores clips."""
    return D.frame if isinstance(D, ClipDiscriminator) else D


def make_generator(config: Config) -> nn.Module:
    return MLPGenerator(config) if config.arch == "mlp" else ConvGenerator(config)


def make_discriminator(config: Config) -> nn.Module:
    if config.motion_dim:
        return ClipDiscriminator(config)
    return MLPDiscriminator(config) if config.arch == "mlp" else ConvDiscriminator(config)
