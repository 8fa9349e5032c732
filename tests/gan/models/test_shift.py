"""The shift of images."""

import torch

from gan.models.networks import make_generator
from gan.models.shift import Shift, sampling
from gan.presets import preset


def moved(distance, maps):
    """Shift `maps` by a fixed distance (across, down) in pixels."""
    shift = Shift(3)
    shift.distance = lambda motion, side: torch.tensor([distance]).expand(len(motion), -1)
    return shift(maps, torch.zeros(len(maps), 3))


def test_whole_pixels_move_as_they_are_and_the_edge_is_repeated():
    maps = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(moved((0.0, 0.0), maps), maps)
    right_and_up = moved((2.0, -1.0), maps)
    torch.testing.assert_close(right_and_up[:, :, :-1, 2:], maps[:, :, 1:, :-2])
    torch.testing.assert_close(right_and_up[:, :, -1, 2:], maps[:, :, -1, :-2])
    torch.testing.assert_close(right_and_up[:, :, :-1, 0], maps[:, :, 1:, 0])
    beyond = moved((100.0, 0.0), maps)
    torch.testing.assert_close(beyond, maps[..., :1].expand_as(maps))


def test_a_smooth_line_moves_by_parts_of_a_pixel():
    place = torch.arange(16.0)
    for distance in (0.25, -1.6):
        line = sampling(torch.tensor([distance]), 16)[0] @ torch.sin(place / 3)
        torch.testing.assert_close(
            line[3:-3], torch.sin((place - distance) / 3)[3:-3], atol=2e-3, rtol=0
        )


def test_both_the_map_and_the_distance_have_gradients():
    maps, motion = torch.randn(2, 3, 8, 8, requires_grad=True), torch.randn(2, 6)
    shift = Shift(6)
    (shift(maps, motion) ** 2).sum().backward()
    assert maps.grad.abs().min() > 0
    assert all(each.grad.abs().max() > 0 for each in shift.parameters())


def test_at_first_a_clip_differs_in_its_shift_alone():
    config = preset("video")
    network = make_generator(config)
    z = torch.randn(4, config.z_dim)
    later = torch.cat([z[:, : -config.motion_dim], torch.randn(4, config.motion_dim)], 1)
    classes = torch.zeros(4, config.classes)
    torch.testing.assert_close(network.first_map(z, classes), network.first_map(later, classes))
    assert (network(z, classes) - network(later, classes)).abs().max() > 0.01
