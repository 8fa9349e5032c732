"""A config is right or it is refused, with a sentence that names the field and the range."""

import dataclasses
import json
import math

import pytest

from gan.config import CHOICES, DATASETS, RANGES, Config, ConfigError
from gan.presets import PRESETS, preset, usual_preset
from gan.training.trainer import Trainer

OWN = {"data": "own-0123456789ab", "image_size": 64, "image_channels": 3, "image_classes": 4}
CLIPS = {"data": "moving-mnist", "image_size": 32, "z_dim": 128}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives_json(name):
    config = preset(name)
    assert Config.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_the_default_preset_is_the_default_config():
    assert preset("default") == Config()


@pytest.mark.parametrize("data", [*DATASETS, OWN["data"]])
def test_every_data_set_has_a_usual_preset_that_fits_it(data):
    own = OWN if data == OWN["data"] else {}
    config = preset(usual_preset(data), **{"data": data} | own)
    assert (config.motion_dim > 0) == data.startswith("moving")


@pytest.mark.parametrize("data", DATASETS)
def test_a_preset_takes_its_image_size_from_the_data(data):
    config = preset("default", data=data)
    spec = DATASETS[data]
    found = (config.image_size, config.channels, config.classes)
    assert found == (spec.image_size, spec.channels, spec.classes)
    assert preset("unconditional", data=data).classes == 0
    assert preset("default", data=data, image_size=64).image_size == 64


def test_every_number_and_every_word_has_its_limits():
    for field in dataclasses.fields(Config):
        limited = field.name in RANGES or field.name in CHOICES
        assert limited or type(field.default) is bool, field.name


@pytest.mark.parametrize("name", RANGES)
def test_numbers_outside_their_range_are_refused_by_name(name):
    low, high = RANGES[name]
    rest = {"image_classes": OWN, "motion_dim": CLIPS}.get(name, {})
    for value in (low, high):
        assert getattr(Config(**rest | {name: value}), name) == value
    step = 1 if isinstance(high, int) else 1e-3
    for value in (low - step, high + step):
        with pytest.raises(ConfigError, match=f"{name} is .* between {low:g} and "):
            Config(**rest | {name: value})


@pytest.mark.parametrize("name", CHOICES)
def test_words_that_are_not_on_the_list_are_refused_by_name(name):
    with pytest.raises(ConfigError, match=f"{name} is .* choose one of: .*{CHOICES[name][-1]}"):
        Config(**{name: 29 if name in ("image_size", "image_channels") else "nonsense"})


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("steps", 10.0, "a whole number"),
        ("steps", "10", "a whole number"),
        ("seed", True, "a whole number"),
        ("lr_g", "fast", "a number"),
        ("lr_g", True, "a number"),
        ("conditional", 1, "true or false"),
        ("loss", None, "a string"),
        ("loss", ["hinge"], "a string"),
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


def test_a_setting_that_came_later_is_as_it_was_before_it_came():
    written = Config().to_json()
    del written["d_hidden"], written["d_slope"]
    assert Config.from_json(written) == Config(d_hidden=0, d_slope=0.2)
    assert preset("default").d_hidden == Config.d_hidden > 0


def test_unknown_settings_and_presets_are_named():
    with pytest.raises(ConfigError, match="Unknown setting: batchsize, zdim"):
        Config.from_json({"zdim": 3, "batchsize": 2})
    with pytest.raises(ConfigError, match="no preset 'best'.*default, article"):
        preset("best")


def test_ones_own_images_are_described_by_the_config_itself():
    config = preset("own-images", **OWN)
    assert (config.channels, config.classes) == (3, 4)
    assert Config.from_json(json.loads(json.dumps(config.to_json()))) == config
    for changes in ({"image_classes": 0}, {"image_classes": 1}, {"conditional": False}):
        assert dataclasses.replace(config, **changes).classes == 0
    assert dataclasses.replace(config, image_channels=1).channels == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (OWN | {"image_channels": 0}, "image_channels is 0; for your own"),
        (OWN | {"image_channels": 2}, "image_channels is 2; choose one of: 0, 1, 3"),
        (OWN | {"image_size": 28}, "image_size is 28; for your own .* 32, 64, 128"),
        (OWN | {"data": "own-0123456789a"}, "data is 'own-0123456789a'; choose"),
        (OWN | {"data": "own-0123456789ab/.."}, "data is .* choose one of"),
        (OWN | {"data": "own-0123456789AB"}, "data is .* choose one of"),
        (OWN | {"data": "mnist"}, "image_channels is 3; for mnist it must be 0"),
        ({"image_classes": 3}, "image_classes is 3; for mnist it must be 0"),
    ],
)
def test_what_does_not_describe_the_images_is_refused(values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Config(**values)


def test_a_config_written_before_there_were_ones_own_images_is_the_same_config():
    written = preset("default", data="cifar10").to_json()
    for name in ("image_channels", "image_classes"):
        assert written.pop(name) == 0
    assert Config.from_json(written) == preset("default", data="cifar10")


def test_the_mlp_of_the_article_knows_no_classes():
    with pytest.raises(ConfigError, match="conditional"):
        preset("article", conditional=True)


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().steps = 5


def test_a_whole_number_becomes_the_float_that_its_field_is(tiny_data):
    """A page's JSON says 0 and 1 for 0.0 and 1.0, and a run must begin with them all the same."""
    values = Config(width=4, batch_size=4).to_json() | {"beta1": 0, "augment": 0, "r1_gamma": 1}
    config = Config.from_json(values)
    assert config == Config(width=4, batch_size=4, beta1=0.0, augment=0.0, r1_gamma=1.0)
    assert all(type(config.to_json()[name]) is float for name in ("beta1", "augment", "r1_gamma"))
    assert Trainer(config, tiny_data).step().step == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"motion_dim": 8}, "motion_dim is 8; it must be a multiple of 3"),
        ({"motion_dim": 66}, "less than z_dim"),
        ({"data": "mnist", "image_size": 28}, "mnist has no clips; choose data from: moving-mnist"),
        ({"arch": "mlp", "conditional": False}, "arch is mlp; clips need conv"),
    ],
)
def test_a_motion_that_cannot_be_trained_is_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        preset("video", **changes)
