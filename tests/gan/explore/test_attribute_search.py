"""A latent with chosen attributes is found near the given one."""

import numpy as np
import pytest

from gan.data.image_set import ASSETS
from gan.explore.attribute_search import AGREED, find_attributes
from gan.explore.attribute_traits import attribute_traits, read_traits
from gan.explore.projection import SearchError
from gan.metrics.judge import Judge
from gan.models.generator import Generator


@pytest.fixture(scope="module")
def generator():
    return Generator.load(ASSETS / "models/faces")


@pytest.fixture(scope="module")
def judge():
    return Judge.load("faces")


def test_the_image_found_has_what_was_wanted_and_is_near(generator, judge):
    traits = attribute_traits("faces")
    rng, met, far = np.random.default_rng(0), [], []
    for _ in range(5):
        z = rng.standard_normal(generator.z_dim).astype(np.float32)
        chosen = rng.choice(len(traits), 3, replace=False)
        wanted = {traits[k].name: bool(rng.integers(2)) for k in chosen}
        label = int(rng.integers(generator.classes))
        found = find_attributes(generator, judge, z, label, wanted)
        far.append(np.linalg.norm(found.z - z))
        image = generator.sample(found.z[None], label)
        read = read_traits(image, [traits[k] for k in chosen], judge)[0] / 100
        for value, (name, wish) in zip(read, wanted.items(), strict=True):
            agreed = value if wish else 1 - value
            assert agreed == pytest.approx(found.agreement[name], abs=0.1)
            met.append(agreed > AGREED)
    assert np.mean(met) > 0.9
    assert np.mean(far) < np.sqrt(generator.z_dim)  # two random latents: sqrt(2) times that


def test_it_is_deterministic_and_leaves_the_generator_unchanged(generator, judge):
    before = generator.sample(np.ones((1, generator.z_dim)), 0)
    call = (generator, judge, np.ones(generator.z_dim), 0, {"hat": True})
    one, other = find_attributes(*call), find_attributes(*call)
    assert one.z.tobytes() == other.z.tobytes()
    np.testing.assert_array_equal(before, generator.sample(np.ones((1, generator.z_dim)), 0))


@pytest.mark.parametrize("wanted", [{}, {"hat": "yes"}, {"hat": 1}, {"wings": True}])
def test_wishes_that_cannot_be_read_are_refused(generator, judge, wanted):
    with pytest.raises(SearchError):
        find_attributes(generator, judge, np.zeros(generator.z_dim), 0, wanted)


def test_a_model_of_other_images_is_refused(judge):
    digits = Generator.load(ASSETS / "models/mnist")
    for reader in (judge, Judge.load("mnist")):
        with pytest.raises(SearchError, match="cannot be read"):
            find_attributes(digits, reader, np.zeros(digits.z_dim), 0, {"hat": True})
