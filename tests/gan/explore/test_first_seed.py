"""A model is shown first with an image that the judge reads clearly."""

import numpy as np
import pytest

from gan.data.image_set import ASSETS
from gan.explore.first_seed import SEEDS, first_seed
from gan.latent.latents import latents
from gan.metrics.judge import Judge
from gan.models.generator import Generator


@pytest.fixture(scope="module")
def generator():
    return Generator.load(ASSETS / "models/faces")


class Reader:
    """A judge that is as certain of each attribute of image i as it is told."""

    def __init__(self, generator, **certain):
        self.shape, self.certain = generator.shape, certain

    def read(self, images):
        assert len(images) == SEEDS
        return {
            name: np.stack([share, 1 - np.asarray(share)], 1)
            for name, share in self.certain.items()
        }


def test_no_image_of_the_first_seeds_is_clearer(generator):
    judge = Judge.load("faces")
    read = judge.read(generator.sample(latents(range(SEEDS), generator.z_dim), 0))
    worst = np.min([values.max(1) for values in read.values()], axis=0)
    seed = first_seed(generator, judge)
    assert worst[seed] >= worst.max() - 0.01
    assert all(worst[:seed] < worst[seed])


def test_the_least_certain_attribute_counts(generator):
    hat, mouth = np.full((2, SEEDS), 0.9)
    hat[3], mouth[3] = 1, 0.6
    hat[5] = mouth[5] = 0.95
    assert first_seed(generator, Reader(generator, hat=hat, mouth=mouth)) == 5


def test_the_first_of_equally_clear_ones_is_taken(generator):
    shares = 0.996 + 0.004 * np.random.default_rng(0).random(SEEDS)
    assert first_seed(generator, Reader(generator, hat=shares)) == 0


def test_without_a_judge_of_its_images_a_model_begins_with_seed_0(generator):
    assert first_seed(generator) == 0
    assert first_seed(generator, Judge.load("mnist")) == 0
