"""Training a classifier is deterministic and augments images as their data set allows."""

import numpy as np
import pytest
import torch

from gan.data.image_set import ImageSet, load
from gan.metrics.classifier import Classifier, augmentation, mirror, shift, train, warp


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return load("mnist", train=False)


def test_training_is_deterministic_and_leaves_the_global_seed_alone(digits):
    few = ImageSet("mnist", digits.images[:200], digits.labels[:200])
    before = torch.get_rng_state()
    first, second, other = (train(few, 10, epochs=1, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name])
    assert not torch.equal(first.head.weight, other.head.weight)


@pytest.mark.parametrize(("channels", "size"), [(1, 28), (3, 32)])
def test_grey_and_colour_images_are_accepted(channels, size):
    network = Classifier(5, channels, size, width=8).eval()
    features, logits = network(torch.zeros(2, channels, size, size))
    assert features.shape == (2, 128) and logits.shape == (2, 5)


def test_digits_are_warped_clothes_mirrored_and_others_shifted():
    assert augmentation("mnist") is warp
    assert augmentation("fashion-mnist") is mirror
    assert augmentation("svhn") is augmentation("own-0123456789ab") is shift


def test_a_shift_moves_each_image_by_at_most_two_pixels():
    spot = torch.full((200, 1, 28, 28), -1.0)
    spot[:, :, 14, 14] = 1
    moved = shift(spot, torch.Generator().manual_seed(0))
    places = moved.flatten(1).argmax(1)
    rows, columns = places // 28 - 14, places % 28 - 14
    assert set(rows.tolist()) == set(columns.tolist()) == {-2, -1, 0, 1, 2}
    assert torch.equal(moved.sum((1, 2, 3)), spot.sum((1, 2, 3)))


def test_about_half_of_the_images_are_mirrored():
    ramp = torch.linspace(-1, 1, 28).expand(400, 1, 28, 28)
    turned = mirror(ramp, torch.Generator().manual_seed(0))
    share = (turned[:, 0, 0, 0] > turned[:, 0, 0, -1]).float().mean()
    assert 0.4 < share < 0.6


def test_progress_ends_at_one(digits):
    few = ImageSet("mnist", digits.images[:300], digits.labels[:300])
    shares = []
    train(few, 10, epochs=2, width=8, on_progress=shares.append)
    assert shares[-1] == 1 and np.all(np.diff(shares) > 0)
