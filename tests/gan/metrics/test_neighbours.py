"""Precision, recall and memorisation show known defects; the first two equal torch-fidelity's."""

import numpy as np
import pytest
import torch
from torch_fidelity.metric_prc import calculate_precision_recall_part

from gan.data.image_set import load
from gan.metrics.judge import Judge
from gan.metrics.neighbours import memorisation, nearest, precision_recall

COUNT = 400


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load("mnist")


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return load("mnist", train=False).images.permute(0, 2, 3, 1).numpy()


@pytest.fixture(scope="module")
def real(judge, images) -> np.ndarray:
    return judge.extract(images[:COUNT])[0]


@pytest.fixture(scope="module")
def others(judge, images) -> np.ndarray:
    """As many more real images."""
    return judge.extract(images[COUNT : 2 * COUNT])[0]


def test_precision_and_recall_equal_torch_fidelity():
    rng = np.random.default_rng(0)
    fake = rng.normal(0.3, 1, (1200, 8)).astype(np.float32)  # more than one block
    real = rng.normal(0, 1, (1300, 8)).astype(np.float32)
    wanted = calculate_precision_recall_part(torch.from_numpy(fake), torch.from_numpy(real), 3)
    assert precision_recall(fake, real) == pytest.approx(wanted, abs=1e-6)
    assert 0.1 < wanted[0] < 0.95


def test_real_images_against_themselves_are_perfect(real):
    assert precision_recall(real, real) == (1, 1)


def test_missing_classes_lower_recall_only(judge, images, real, others):
    labels = judge.predict(images[COUNT : 4 * COUNT])
    few = judge.extract(images[COUNT : 4 * COUNT][labels < 4][:COUNT])[0]
    whole, narrow = precision_recall(others, real), precision_recall(few, real)
    assert narrow.recall < whole.recall - 0.3
    assert narrow.precision > whole.precision - 0.1


def test_noise_lowers_precision(judge, images, real, others):
    noise = np.random.default_rng(0).normal(0, 60, images[:COUNT].shape)
    noisy = (images[COUNT : 2 * COUNT] + noise).clip(0, 255).astype(np.uint8)
    worse = precision_recall(judge.extract(noisy)[0], real)
    assert worse.precision < precision_recall(others, real).precision - 0.1


def test_too_few_images_are_refused(real):
    with pytest.raises(ValueError, match="at least 4 images"):
        precision_recall(real[:3], real)


def test_the_nearest_is_found_across_blocks():
    among = torch.linspace(0, 1, 2501)[:, None]
    queries = torch.tensor([[0.5], [1.25], [-2.0]])
    assert torch.allclose(nearest(queries, among), torch.tensor([0.0, 0.25, 2.0]), atol=1e-3)


# memorisation


@pytest.fixture(scope="module")
def seen(images) -> np.ndarray:
    return images[:1000]


@pytest.fixture(scope="module")
def held(images) -> np.ndarray:
    return images[1000:1600]


def test_copies_are_separated_from_unseen_images(images, seen, held):
    noise = np.random.default_rng(0).normal(0, 10, seen[:300].shape)
    near = (seen[:300] + noise).clip(0, 255).astype(np.uint8)
    assert memorisation(seen[:300], seen, held).value < 0.02
    assert memorisation(near, seen, held).value < 0.5
    unseen = memorisation(images[2000:2300], seen, held)
    assert unseen.value == pytest.approx(1, abs=0.06) and unseen.floor == pytest.approx(1, abs=0.06)


def test_smooth_images_are_not_copies(images, seen, held):
    """Their distance to any image is small."""
    pixels = torch.from_numpy(images[2000:2300]).permute(0, 3, 1, 2).float()
    smooth = torch.nn.functional.avg_pool2d(pixels, 5, 1, 2).byte().permute(0, 2, 3, 1).numpy()
    assert memorisation(smooth, seen, held).value == pytest.approx(1, abs=0.1)


def test_a_few_large_colour_images_are_accepted():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20, 64, 64, 3), np.uint8)
    found = memorisation(images[:4], images[:10], images[10:])
    assert found.value < 0.05 and found.floor == pytest.approx(1, abs=0.2)
    with pytest.raises(ValueError, match="at least 4"):
        memorisation(images, images, images[:3])
