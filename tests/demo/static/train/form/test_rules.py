"""The rules between data sets, own images and presets in the form."""

import pytest

from demo.settings import Settings
from demo.train import settings_form
from gan.config import Config
from tests.node import run_node

OWN = {"data": "own-0123456789ab", "image_size": 64, "image_channels": 3, "image_classes": 4}
SCRIPT = """
const { presetOf, withChange, withPreset } = await import("./train/form/rules.js");
const { presets, own } = given;
const data = { ...given.data, [own.data]: { image_size: own.image_size, settings: own } };
const first = { ...presets.default, steps: 77, seed: 3 };
const mine = withChange(first, "data", own.data, data);
const preset = withPreset(mine, presets["own-images"], data);
const back = withChange(preset, "data", "cifar10", data);
give({ mine, preset, back, names: [mine, preset, back].map((one) => presetOf(one, presets)) });
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    offered = settings_form.payload(Settings())
    given = {"presets": offered["presets"], "data": offered["data"], "own": OWN}
    return run_node(tmp_path_factory.mktemp("js"), SCRIPT, given)


def test_a_preset_keeps_the_format_of_own_images(found):
    for name in ("mine", "preset"):
        config = Config.from_json(found[name])
        assert {key: getattr(config, key) for key in OWN} == OWN
        assert (config.channels, config.classes, config.steps, config.seed) == (3, 4, 77, 3)


def test_other_data_resets_the_format_of_own_images(found):
    config = Config.from_json(found["back"])
    assert (config.data, config.image_size, config.channels) == ("cifar10", 32, 3)
    assert found["names"] == ["default", "own-images", "own-images"]
