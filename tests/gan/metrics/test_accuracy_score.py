"""The accuracy score is high for real images and at chance for wrong labels."""

import numpy as np
import pytest
import torch

from gan.data.image_set import ImageSet, load
from gan.metrics import accuracy_score as scoring
from gan.metrics.accuracy_score import accuracy_score, generated, known_ceiling, shrunk
from gan.models.generator import Generator
from gan.models.networks import make_generator
from gan.presets import preset


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return load("mnist", train=False)


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(scoring, "LEAST_STEPS", 60)


def part(data: ImageSet, start: int, stop: int, labels=None) -> ImageSet:
    labels = data.labels if labels is None else labels
    return ImageSet(data.name, data.images[start:stop], labels[start:stop])


@pytest.mark.slow
def test_real_images_score_high_and_wrong_labels_low(digits):
    learnt, test = part(digits, 0, 1500), part(digits, 5000, 6000)
    assert accuracy_score(learnt, test, 10) > 0.85
    wrong = torch.randint(10, (len(digits.labels),), generator=torch.Generator().manual_seed(0))
    assert accuracy_score(part(digits, 0, 1500, wrong), test, 10) < 0.25


def test_it_is_deterministic(digits, monkeypatch):
    monkeypatch.setattr(scoring, "LEAST_STEPS", 5)
    learnt, test = part(digits, 0, 300), part(digits, 5000, 5300)
    assert accuracy_score(learnt, test, 10, seed=3) == accuracy_score(learnt, test, 10, seed=3)


def test_an_empty_set_is_refused(digits):
    with pytest.raises(ValueError, match="images to learn"):
        accuracy_score(part(digits, 0, 0), part(digits, 0, 10), 10)


def test_one_image_is_drawn_per_label():
    config = preset("default", width=4)
    model = Generator(config, make_generator(config))
    labels = torch.tensor([7] * 300 + [2] * 300)
    shares: list[float] = []
    drawn = generated(model, labels, seed=1, progress=shares.append)
    assert drawn.images.shape == (600, 1, 28, 28) and drawn.images.dtype == torch.uint8
    assert torch.equal(drawn.labels, labels) and shares
    assert torch.equal(drawn.images, generated(model, labels, seed=1).images)


def test_large_colour_images_are_averaged_down():
    images = torch.zeros(3, 3, 64, 64, dtype=torch.uint8)
    images[:, :, ::2] = 200
    small = shrunk(ImageSet("own-0123456789ab", images, torch.zeros(3, dtype=torch.int64)))
    assert small.images.shape == (3, 3, 32, 32) and np.all(small.images.numpy() == 100)


def test_a_ceiling_is_known_for_whole_data_sets_with_a_judge_only(digits):
    whole = load("mnist")
    assert known_ceiling(whole) >= 0.994
    assert known_ceiling(part(whole, 0, 5000)) is None
    assert known_ceiling(ImageSet("cifar10", whole.images, whole.labels)) is None
