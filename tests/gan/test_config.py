"""A config is right or it is refused, with a sentence that names the field and the range."""

import dataclasses
import json
import math

import pytest

from gan.config import CHOICES, DATASETS, PRESETS, RANGES, Config, ConfigError, preset


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives_json(name):
    config = preset(name)
    assert Config.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_the_default_preset_is_the_default_config():
    assert preset("default") == Config()


@pytest.mark.parametrize("data", DATASETS)
def test_a_preset_takes_its_image_size_from_the_data(data):
    config = preset("default", data=data)
    spec = DATASETS[data]
    assert (config.image_size, config.channels, config.classes) == dataclasses.astuple(spec)
    assert preset("unconditional", data=data).classes == 0
    assert preset("default", data=data, image_size=64).image_size == 64


def test_every_number_and_every_word_has_its_limits():
    for field in dataclasses.fields(Config):
        limited = field.name in RANGES or field.name in CHOICES
        assert limited or type(field.default) is bool, field.name


@pytest.mark.parametrize("name", RANGES)
def test_numbers_outside_their_range_are_refused_by_name(name):
    low, high = RANGES[name]
    for value in (low, high):
        assert getattr(Config(**{name: value}), name) == value
    step = 1 if isinstance(high, int) else 1e-3
    for value in (low - step, high + step):
        with pytest.raises(ConfigError, match=f"{name} is .* between {low:g} and "):
            Config(**{name: value})


@pytest.mark.parametrize("name", CHOICES)
def test_words_that_are_not_on_the_list_are_refused_by_name(name):
    with pytest.raises(ConfigError, match=f"{name} is .* choose one of: .*{CHOICES[name][-1]}"):
        Config(**{name: 29 if name == "image_size" else "nonsense"})


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("steps", 10.0, "a whole number"),
        ("steps", "10", "a whole number"),
        ("seed", True, "a whole number"),
        ("lr_g", "fast", "a number"),
        ("lr_g", True, "a number"),
        ("conditional", 1, "true or false"),
        ("loss", None, "a word"),
        ("loss", ["hinge"], "a word"),
        ("lr_d", math.nan, "a finite number"),
        ("ema_decay", math.inf, "a finite number"),
    ],
)
def test_wrong_types_are_refused_by_name(name, value, kind):
    with pytest.raises(ConfigError, match=f"^{name} is .* must be {kind}"):
        Config(**{name: value})


def test_a_whole_number_will_do_for_a_fraction():
    assert Config(r1_gamma=1).r1_gamma == 1.0


@pytest.mark.parametrize("values", [None, [], "x", 3])
def test_json_that_is_no_object_is_refused(values):
    with pytest.raises(ConfigError, match="JSON object"):
        Config.from_json(values)


def test_unknown_settings_and_presets_are_named():
    with pytest.raises(ConfigError, match="Unknown setting: batchsize, zdim"):
        Config.from_json({"zdim": 3, "batchsize": 2})
    with pytest.raises(ConfigError, match="no preset 'best'.*default, article"):
        preset("best")


def test_the_mlp_of_the_article_knows_no_classes():
    with pytest.raises(ConfigError, match="conditional"):
        preset("article", conditional=True)


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().steps = 5
