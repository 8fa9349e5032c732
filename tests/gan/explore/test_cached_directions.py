"""Stored directions equal those found anew, and are valid for their own weights only."""

import numpy as np
import pytest

from gan.data.image_set import ASSETS
from gan.explore.cached_directions import load_directions, save_directions
from gan.explore.directions import directions
from gan.metrics.judge import find_judge
from gan.models.generator import Generator
from gan.storage.layout import DIRECTIONS

BUNDLED = sorted(path.parent for path in (ASSETS / "models").glob("*/model.safetensors"))


@pytest.mark.parametrize("folder", BUNDLED, ids=lambda folder: folder.name)
def test_those_of_bundled_models_equal_those_found_anew(folder):
    generator = Generator.load(folder)
    kept = load_directions(folder, generator)
    found = directions(generator, find_judge(generator.config.data))
    names = [each.name for each in kept]
    assert set(names) == {each.name for each in found}
    measured = {each.name: each for each in found if each.kind == "measured"}
    assert measured or not find_judge(generator.config.data)
    for each in kept:
        if each.kind == "measured":  # another processor may order close ones of the rest otherwise
            assert each.axis @ measured[each.name].axis > 0.99


@pytest.fixture(scope="module")
def made(tiny_model):
    """A model and its directions."""
    generator = Generator.load(tiny_model)
    return generator, directions(generator)


def test_a_round_trip_changes_nothing(tmp_path, made):
    generator, found = made
    save_directions(tmp_path, generator, found)
    again = load_directions(tmp_path, generator)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one.axis, other.axis)
        assert (one.kind, one.name, one.effect) == (other.kind, other.name, other.effect)


def test_those_of_other_weights_or_a_damaged_file_are_ignored(tmp_path, made, tiny_model):
    generator, found = made
    assert load_directions(tmp_path, generator) is None
    save_directions(tmp_path, generator, found)
    other = Generator.load(tiny_model)
    other.model_id = "0" * 12
    assert load_directions(tmp_path, other) is None
    (tmp_path / DIRECTIONS).write_bytes((tmp_path / DIRECTIONS).read_bytes()[:-7])
    assert load_directions(tmp_path, generator) is None
