"""Random features are deterministic and separate good images from bad ones."""

import numpy as np
import pytest
import torch

from gan.data.image_set import ImageSet, load
from gan.metrics.feature_extractors import RandomFeatures, feature_extractor_for
from gan.metrics.frechet import feature_statistics, frechet_distance
from gan.metrics.judge import Judge, JudgeError
from gan.metrics.neighbours import precision_recall

COUNT = 500


def pixels(images: torch.Tensor) -> np.ndarray:
    return images.permute(0, 2, 3, 1).numpy()


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return load("mnist", train=False)


@pytest.fixture(scope="module")
def extractor(digits) -> RandomFeatures:
    return RandomFeatures(
        ImageSet("own-0123456789ab", digits.images[:COUNT], digits.labels[:COUNT])
    )


@pytest.fixture(scope="module")
def measure(extractor, digits):
    """Frechet distance, precision and recall of images against 500 real ones."""
    real = extractor.extract(pixels(digits.images[:COUNT]))[0]

    def against(images: np.ndarray) -> tuple[float, float, float]:
        found = extractor.extract(images)[0]
        return frechet_distance(
            feature_statistics(found), feature_statistics(real)
        ), *precision_recall(found, real)

    return against


def test_the_judge_is_used_where_the_data_set_and_size_fit(digits):
    assert isinstance(feature_extractor_for(digits), Judge)
    larger = ImageSet("mnist", torch.zeros(4, 1, 32, 32, dtype=torch.uint8), torch.zeros(4).long())
    assert isinstance(feature_extractor_for(larger), RandomFeatures)
    own = ImageSet("own-0123456789ab", digits.images[:50], digits.labels[:50])
    assert isinstance(feature_extractor_for(own), RandomFeatures)


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32), (3, 64), (1, 128)])
def test_any_image_shape_is_accepted(channels, side):
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.integers(0, 256, (12, channels, side, side), np.uint8))
    data = ImageSet("own-0123456789ab", images, torch.zeros(12).long())
    features, probabilities = RandomFeatures(data).extract(pixels(images))
    assert features.shape == (12, 128) and features.dtype == np.float32 and probabilities is None
    assert np.array_equal(features, RandomFeatures(data).extract(pixels(images))[0])
    # the unit of its distances: the total variance of real images is 128
    assert features.var(0, ddof=1).sum() == pytest.approx(128, rel=1e-3)


def test_images_of_another_shape_are_refused(extractor):
    with pytest.raises(JudgeError, match=r"made for uint8 \(28, 28, 1\)"):
        extractor.extract(np.zeros((2, 32, 32, 1), np.uint8))


def test_constant_images_give_finite_features():
    same = torch.full((10, 3, 32, 32), 7, dtype=torch.uint8)
    features, _ = RandomFeatures(ImageSet("svhn", same, torch.zeros(10).long())).extract(
        pixels(same)
    )
    assert np.isfinite(features).all()


def test_more_noise_is_a_larger_distance(measure, digits):
    other = pixels(digits.images[COUNT : 2 * COUNT])
    noise = np.random.default_rng(0).normal(size=other.shape)
    noisy = [
        measure((other + strength * noise).clip(0, 255).astype(np.uint8))[0]
        for strength in (0, 15, 40, 100)
    ]
    assert noisy == sorted(noisy) and noisy[1] > 1.2 * noisy[0] and noisy[3] > 20


def test_blur_lowers_precision_and_repeated_images_lower_recall(measure, digits):
    other = digits.images[COUNT : 2 * COUNT]
    good = measure(pixels(other))
    blurred = torch.nn.functional.avg_pool2d(other.float(), 3, 1, 1).byte()
    _, precision, _ = measure(pixels(blurred))
    assert precision < good[1] - 0.1
    _, precision, recall = measure(pixels(other[:20].repeat(25, 1, 1, 1)))
    assert recall < good[2] - 0.3 and precision > good[1] - 0.25
