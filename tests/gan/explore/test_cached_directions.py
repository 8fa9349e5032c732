"""Directions found beforehand are those that would be found now, and of no other weights."""

import numpy as np
import pytest

from gan.data.image_set import ASSETS
from gan.explore.cached_directions import judge_of, keep_directions, kept_directions
from gan.explore.directions import directions
from gan.models.generator import Generator
from gan.storage.layout import DIRECTIONS

BUNDLED = sorted(path.parent for path in (ASSETS / "models").glob("*/model.safetensors"))


@pytest.mark.parametrize("folder", BUNDLED, ids=lambda folder: folder.name)
def test_those_of_bundled_models_are_what_would_be_found_now(folder):
    generator = Generator.load(folder)
    kept = kept_directions(folder, generator)
    found = directions(generator, judge_of(generator.config.data))
    names = [each.name for each in kept]
    assert set(names) == {each.name for each in found}
    measured = {each.name: each for each in found if each.kind == "measured"}
    assert measured or not judge_of(generator.config.data)
    for each in kept:
        if each.kind == "measured":  # another processor may order close ones of the rest otherwise
            assert each.axis @ measured[each.name].axis > 0.99


def test_what_was_kept_comes_back_whole(tmp_path, tiny_model):
    generator = Generator.load(tiny_model)
    found = directions(generator)
    keep_directions(tmp_path, generator, found)
    again = kept_directions(tmp_path, generator)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one.axis, other.axis)
        assert (one.kind, one.name, one.effect) == (other.kind, other.name, other.effect)


def test_those_of_other_weights_or_a_damaged_file_do_not_count(tmp_path, tiny_model):
    generator = Generator.load(tiny_model)
    assert kept_directions(tmp_path, generator) is None
    keep_directions(tmp_path, generator, directions(generator))
    other = Generator.load(tiny_model)
    other.model_id = "0" * 12
    assert kept_directions(tmp_path, other) is None
    (tmp_path / DIRECTIONS).write_bytes((tmp_path / DIRECTIONS).read_bytes()[:-7])
    assert kept_directions(tmp_path, generator) is None
