"""Shapes, ranges and documented properties of every network."""

import pytest
import torch
from torch import nn
from torch.nn.functional import interpolate, one_hot

from gan.config import Config
from gan.models.networks import (
    ConvDiscriminator,
    ResizeUpsample,
    ShuffleUpsample,
    make_discriminator,
    make_generator,
    stages,
)
from gan.presets import PRESETS, preset

KINDS = [
    {"arch": arch, "data": data, "image_size": size, "conditional": conditional}
    for arch in ("conv", "mlp")
    for data in ("mnist", "cifar10")
    for size in (28, 32, 64, 128)
    for conditional in ((False, True) if arch == "conv" else (False,))
]


def classes_for(config: Config, count: int) -> torch.Tensor:
    if not config.classes:
        return torch.zeros(count, 0)
    return one_hot(torch.arange(count) % config.classes, config.classes).float()


def both(config: Config) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    return make_generator(config), make_discriminator(config)


def linear_sizes(module: nn.Module) -> list[tuple[int, int]]:
    layers = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    return [(layer.in_features, layer.out_features) for layer in layers]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_shapes_and_range(kind):
    config = Config(**kind, width=8, z_dim=6)
    G, D = both(config)
    classes = classes_for(config, 3)
    with torch.no_grad():
        images = G(100 * torch.randn(3, 6), classes)  # far out, and still in range
        scores = D(images, classes)
    assert images.shape == (3, config.channels, config.image_size, config.image_size)
    assert images.min() >= -1 and images.max() <= 1
    assert scores.shape == (3,) and scores.isfinite().all()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_and_d_is_not_bounded(name):
    config = preset(name)
    _, D = both(config)
    kinds = {type(layer) for layer in D.modules()}
    assert nn.Sigmoid not in kinds  # its scores are logits


@pytest.mark.parametrize("size", [28, 32, 64])
def test_g_and_d_mirror_each_other_stage_by_stage(size):
    config = Config(image_size=size, width=8)
    G, D = both(config)
    ups = [(u.conv.in_channels, u.conv.out_channels) for u in G.ups]
    downs = [(d.out_channels, d.in_channels) for d in D.downs]
    assert ups == downs[::-1]
    assert [inputs for inputs, _ in ups] == stages(config)
    assert stages(config)[-1] == 8 and stages(config)[0] == 8 << (len(ups) - 1)


def test_stages_stop_growing():
    assert stages(Config(image_size=64, width=256)) == [256] * 4
    assert stages(Config(image_size=128, width=32)) == [256, 128, 64, 32, 16]


def test_the_article_has_the_articles_layers():
    G, D = both(preset("article"))
    assert linear_sizes(G) == [(100, 128), (128, 256), (256, 784)]
    assert linear_sizes(D) == [(784, 256), (256, 128), (128, 1)]
    parameters = [sum(p.numel() for p in module.parameters()) for module in (G, D)]
    assert parameters == [
        100 * 128 + 128 + 128 * 256 + 256 + 256 * 784 + 784,
        784 * 256 + 256 + 256 * 128 + 128 + 128 + 1,
    ]


def test_upsampling_doubles_the_side():
    for up in (ResizeUpsample(5, 3), ShuffleUpsample(5, 3)):
        assert up(torch.zeros(2, 5, 7, 7)).shape == (2, 3, 14, 14)


def test_resizing_repeats_pixels_and_convolves():
    torch.manual_seed(0)
    up, h = ResizeUpsample(5, 3), torch.randn(2, 5, 7, 7)
    torch.testing.assert_close(up(h), up.conv(interpolate(h, scale_factor=2)))


def test_resizing_leaves_even_areas_even():
    torch.manual_seed(0)
    drawn = ResizeUpsample(5, 3)(torch.ones(1, 5, 7, 7))[..., 1:-1, 1:-1]
    assert (drawn - drawn[..., :1, :1]).abs().max() < 1e-5


@pytest.mark.parametrize("conditional", [False, True])
def test_spectral_norm_bounds_every_layer_of_d(conditional):
    config = preset("hinge-spectral", conditional=conditional, width=8, d_hidden=16)
    _, D = both(config)
    for layer in [*D.downs, D.hidden, D.out]:
        with torch.no_grad():
            layer.parametrizations.weight.original.mul_(50)
    classes = classes_for(config, 4)
    with torch.no_grad():
        for _ in range(30):  # each forward pass in training mode is one power iteration
            D(torch.randn(4, 1, 28, 28), classes)
    for layer in [*D.downs, D.hidden, D.out]:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2) <= 1.05


def test_d_norm_selects_the_normalisation():
    def batch_norms(d_norm: str) -> int:
        D = ConvDiscriminator(Config(d_norm=d_norm))
        return sum(isinstance(layer, nn.BatchNorm2d) for layer in D.modules())

    assert [batch_norms(name) for name in ("batch", "spectral", "none")] == [1, 0, 0]


@pytest.mark.parametrize("d_hidden", [0, 16])
def test_only_a_dense_layer_relates_distant_pixels(d_hidden):
    config = Config(width=8, d_hidden=d_hidden, d_norm="none", conditional=False)
    _, D = both(config)
    images = torch.zeros(4, 1, 28, 28)
    images[1::2, :, :, :6] = 5.0  # on the left in the second, on the right in the third
    images[2:, :, :, -6:] = 5.0  # both in the fourth
    with torch.no_grad():
        none, left, right, each = D(images, torch.zeros(4, 0)).double()
    together = abs(each - left - right + none)
    assert together > 1e-3 if d_hidden else together < 1e-5


@pytest.mark.parametrize("d_slope", [0.0, 0.05, 1.0])
def test_the_slope_of_d_applies_below_zero(d_slope):
    config = Config(width=8, d_slope=d_slope, d_norm="none", conditional=False)
    _, D = both(config)
    images = torch.randn(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    images[2] = (images[0] + images[1]) / 2
    with torch.no_grad():
        one, other, between = D(images, torch.zeros(3, 0)).double()
    bent = abs(one + other - 2 * between)
    assert bent < 1e-5 if d_slope == 1 else bent > 1e-3


def test_both_networks_depend_on_the_class():
    config = Config(width=8)
    G, D = both(config)
    G.eval(), D.eval()
    same_z = torch.randn(1, config.z_dim).repeat(10, 1)
    classes = classes_for(config, 10)
    with torch.no_grad():
        images = G(same_z, classes)
        scores = D(images[:1].repeat(10, 1, 1, 1), classes)
    assert images.flatten(1).unique(dim=0).shape[0] == 10
    assert scores.unique().numel() == 10


def test_blended_classes_embed_halfway():
    G, _ = both(Config(width=8))
    pair = torch.eye(10)[:2]
    with torch.no_grad():
        torch.testing.assert_close(G.embed(pair.mean(0)), G.embed(pair).mean(0))
