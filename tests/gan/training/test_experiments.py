"""Experiments: pairs of runs that are comparable."""

import dataclasses

import numpy as np
import pytest

from gan.config import Config
from gan.runs.snapshots import fixed_latents
from gan.training.experiments import EXPERIMENTS, differences, experiment, name_of


@pytest.fixture(params=EXPERIMENTS, ids=lambda each: each.name)
def one(request):
    return request.param


def test_both_runs_have_the_same_latents_and_number_of_steps(one):
    assert np.array_equal(fixed_latents(one.first), fixed_latents(one.second))
    assert one.first.conditional == one.second.conditional
    assert one.first.steps == one.second.steps
    assert one.first.seed == one.second.seed


def test_the_runs_differ_in_one_respect(one):
    changed = differences(one.first, one.second)
    if one.name == "article":  # differs in many settings
        assert changed["arch"] == ("mlp", "conv")
    else:
        assert len(changed) == 1


def test_an_experiment_is_found_by_its_name_and_by_its_runs(one):
    assert experiment(one.name) is one
    assert name_of(one.first, one.second) == one.name
    assert name_of(one.first, one.first) == ""
    assert name_of(one.first, dataclasses.replace(one.second, seed=7)) == ""


def test_names_are_unique():
    assert len({each.name for each in EXPERIMENTS}) == len(EXPERIMENTS)


@pytest.mark.parametrize("name", [None, "", "x", 3, ["r1"], {}])
def test_an_unknown_experiment_is_refused_with_a_message(name):
    with pytest.raises(LookupError, match="choose one from the list"):
        experiment(name)


def test_differences_name_both_values():
    ours, theirs = Config(), Config(r1_gamma=0.0, width=16)
    assert differences(ours, theirs) == {"width": (32, 16), "r1_gamma": (1.0, 0.0)}
    assert differences(ours, ours) == {}
