"""A latent moves over time and stays a latent; a loop closes."""

import math

import numpy as np
import pytest
import torch

from gan.models.motion import Motion
from gan.presets import preset
from tests.models import randomised


@pytest.fixture
def motion():
    torch.manual_seed(0)
    return Motion(12)


def moved(motion, z, *times, **options):
    with torch.no_grad():
        return motion(z, torch.tensor(times).expand(len(z), -1), **options)


def test_at_time_zero_the_latent_is_unchanged_and_content_and_speeds_stay(motion):
    z = torch.randn(5, 20)
    frames = moved(motion, z, 0.0, 3.5, -7.0)
    torch.testing.assert_close(frames[:, 0], z)
    still = [*range(8), *range(16, 20)]
    for k in (1, 2):
        assert torch.equal(frames[:, k, still], z[:, still])
        assert (frames[:, k, 8:16] != z[:, 8:16]).all()


def test_every_frame_of_a_normal_latent_is_normal(motion):
    """Frames of clips are images of the model: at no time are latents larger or correlated."""
    z = torch.randn(20_000, 20, generator=torch.Generator().manual_seed(1))
    for frame in moved(motion, z, 5.0, 1000.0).unbind(1):
        assert frame.mean(0).abs().max() < 0.04
        assert (frame.T.cov() - torch.eye(20)).abs().max() < 0.06


def test_moving_twice_is_moving_once_by_both_times(motion):
    z = torch.randn(5, 20)
    once = moved(motion, z, 5.5)[:, 0]
    twice = moved(motion, moved(motion, z, 2.0)[:, 0], 3.5)[:, 0]
    torch.testing.assert_close(once, twice)


def test_a_loop_closes_at_nearly_the_same_speeds(motion):
    z, period = torch.randn(50, 20), 40
    times = [float(t) for t in range(2 * period + 1)]
    frames = moved(motion, z, *times, period=period)
    torch.testing.assert_close(frames[:, :period], frames[:, period:-1], atol=1e-4, rtol=0)
    free = moved(motion, z, 1.0)[:, 0]
    apart = (frames[:, 1] - free).norm(dim=1) / z[:, 8:16].norm(dim=1)
    assert apart.max() <= math.pi / period + 1e-4


def test_clips_are_images_of_moved_latents():
    generator = randomised(preset("video", width=4, z_dim=16, motion_dim=6))
    z = np.random.default_rng(0).standard_normal((3, 16)).astype(np.float32)
    clips = generator.clips(z, [0, 2.5, 40], 7)
    assert clips.shape == (3, 3, 32, 32, 1) and clips.dtype == np.uint8
    np.testing.assert_array_equal(clips[:, 0], generator.sample(z, 7))
    later = generator.moved(z, [40])[:, 0]
    np.testing.assert_array_equal(clips[:, 2], generator.sample(later, 7))
    assert (clips[:, 0] != clips[:, 2]).any()


def test_a_model_of_images_has_no_clips():
    generator = randomised(preset("default", width=4))
    with pytest.raises(ValueError, match="model of images"):
        generator.clips(np.zeros((1, 64)), [0, 1])
