"""The rules between data sets, own images and presets in the form."""

import pytest

from demo.settings import Settings
from demo.train import settings_form
from gan.config import Config
from tests.node import run_node

OWN = {"data": "own-0123456789ab", "image_size": 64, "image_channels": 3, "image_classes": 4}
OWN |= {"augment_target": 0.6}  # they are few
SCRIPT = """
const { presetOf, restored, withChange, withPreset } = await import("./train/form/rules.js");
const { presets, own } = given;
const data = { ...given.data, [own.data]: { image_size: own.image_size, settings: own } };
const first = { ...presets.default, steps: 77, seed: 3 };
const mine = withChange(first, "data", own.data, data);
const preset = withPreset(mine, presets["own-images"], data);
const back = withChange(preset, "data", "cifar10", data);
const keeps = (change) =>
  restored({ ...first, ...change }, presets.default, given.rows).steps === 77;
const kept = [{}, { data: own.data }, { lr_g: 5 }, { steps: "9" }, { arch: "x" }].map(keeps);
const names = [mine, preset, back].map((one) => presetOf(one, presets, data));
const many = { ...own, data: "own-ffffffffffff", augment_target: 0 };
data[many.data] = { image_size: 64, settings: many };
const more = [{ ...preset, augment_target: 0 }, { ...first, augment_target: 0.3 }];
const targets = [mine, preset, back, ...more];
const turned = targets.map((one) => withChange(one, "data", many.data, data).augment_target);
turned.push(withChange(targets[3], "data", own.data, data).augment_target);
const films = { ...own, data: "own-eeeeeeeeeeee" };
data[films.data] = { image_size: 64, settings: films, clips: true };
const filmed = withPreset(withChange(first, "data", films.data, data), presets.video, data);
const stills = withPreset(mine, presets.video, data); // no clips: those of the preset
const off = presetOf(targets[3], presets, data);
const unknown = presetOf(preset, presets, {});
const named = presetOf(filmed, presets, data);
give({ filmed, stills, named, kept, mine, preset, back, names, turned, off, unknown,
  targets: targets.map((one) => one.augment_target) });
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    offered = settings_form.payload(Settings())
    given = {"presets": offered["presets"], "data": offered["data"], "own": OWN}
    given["rows"] = offered["rows"]
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


def test_the_preset_of_clips_keeps_own_clips_and_not_own_images(found):
    config = Config.from_json(found["filmed"])
    assert (config.data, config.image_size) == ("own-eeeeeeeeeeee", 64) and config.motion_dim
    assert found["named"] == "video" and found["stills"]["data"] == "moving-mnist"


def test_few_own_images_are_augmented_as_needed_until_that_is_turned_off(found):
    assert found["targets"] == [0.6, 0.6, 0, 0, 0.3]  # with any preset, and not with other data
    assert found["turned"] == [0, 0, 0, 0, 0.3, 0]  # by the next images; off stays off
    assert (found["off"], found["unknown"]) == ("", "")  # custom settings


def test_a_form_comes_back_after_a_reload_only_if_it_is_valid(found):
    assert found["kept"] == [True, True, False, False, False]
