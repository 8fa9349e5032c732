"""The form of the Train tab: its settings, ranges and validation."""

import dataclasses
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from demo.endpoint import Refused
from demo.server import pace_cache
from demo.server.pace_cache import PaceCache
from demo.settings import Settings
from demo.text import catalogue
from demo.train import settings_form
from gan.config import RANGES, Config, ConfigError
from gan.data.collection import FEW
from gan.presets import PRESETS, preset
from gan.runner.status import RunStatus
from gan.training.live_settings import STEERABLE
from gan.training.pace import Pace, shapes_steps
from tests.node import run_node

SETTINGS = Settings(max_steps=5000)


def test_every_setting_has_texts_and_the_range_of_config():
    rows = settings_form.rows(SETTINGS)
    fields = [field.name for field in dataclasses.fields(Config)]
    assert list(rows) == [name for name in fields if name not in settings_form.DERIVED]
    assert {name for name, row in rows.items() if row["live"]} == set(STEERABLE)
    for name, row in rows.items():
        hint = "minutes" if name == "seconds" else name  # as the form shows it
        for key in (f"train.{name}", f"train.hint.{hint}"):
            assert key in catalogue("en"), key
        for value in row.get("choices", ()):
            assert f"train.value.{value}" in catalogue("en"), value
        if row["kind"] == "number":
            assert row["low"] == RANGES[name][0] and row["high"] <= RANGES[name][1]
            clips = {"data": "moving-mnist", "image_size": 32, "z_dim": 128}
            rest = clips if name == "motion_dim" else {}
            for edge in (row["low"], row["high"]):
                if name != "steps":
                    parsed = settings_form.parse(rest | {name: edge}, SETTINGS)
                    assert getattr(parsed, name) == edge
    for name in PRESETS:
        assert f"train.preset.{name}" in catalogue("en"), name
        assert f"train.about.{name}" in catalogue("en"), name


def test_the_form_says_how_many_images_are_few():
    for language in ("en", "zh"):
        assert f"{FEW:,}" in catalogue(language)["train.about.own-images"]


def test_every_preset_of_the_form_is_valid():
    for name, values in settings_form.payload(SETTINGS)["presets"].items():
        assert settings_form.parse(values, SETTINGS) == preset(name, steps=5000, seconds=180.0)
    (seconds,) = {
        values["seconds"]
        for values in settings_form.payload(Settings(max_run_s=60))["presets"].values()
    }
    assert seconds == 60  # no more than the server allows at a time


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        "default",
        {"steps": 5001},
        {"steps": 0},
        {"width": 129},
        {"batch_size": 257},
        {"lr_g": 0.2},
        {"lr_g": "0.1"},
        {"lr_g": float("nan")},
        {"seed": 1.5},
        {"seed": True},
        {"data": "../mnist"},
        {"folder": "/"},
        {"arch": "mlp"},
        {"train_images": 5},
    ],
)
def test_invalid_settings_are_refused(values):
    with pytest.raises(ConfigError):
        settings_form.parse(values, SETTINGS)


def test_a_pace_is_measured_once_per_kind_of_run(monkeypatch):
    measured = []

    def measure(config):
        measured.append(config)
        assert paced.of(Config(width=8), True) == {"busy": True}  # one at a time
        return Pace(0.01, None, 0.01)

    monkeypatch.setattr(pace_cache, "measure", measure)
    paced = PaceCache(SimpleNamespace(is_preparing=False, prepare=lambda config: None))
    assert paced.of(Config(), False) == {"busy": True} and not measured
    answer = paced.of(Config(steps=2000), True)
    assert answer["total_s"] == pytest.approx(20) and 0 < answer["shapes_s"] < 20
    assert paced.of(Config(steps=1000, seed=5), False)["total_s"] == pytest.approx(10)
    timed = paced.of(Config(seconds=60.0), False)  # a step takes 10 ms, so it has 6000 steps
    assert timed["total_s"] == 60 and timed["shapes_s"] == answer["shapes_s"]
    assert paced.of(Config(seconds=1.0), False)["shapes_s"] > 1  # too short, as the user sees
    assert len(measured) == 1
    paced.of(Config(batch_size=16), True)
    assert len(measured) == 2


def test_a_run_that_begins_says_when_its_first_shapes_appear(monkeypatch):
    monkeypatch.setattr(pace_cache, "measure", lambda config: Pace(0.01, None, 0.01))
    paced = PaceCache(SimpleNamespace(is_preparing=False, prepare=lambda config: None))
    (_, steps), run = shapes_steps(Config()), RunStatus(state="running", config=Config())
    assert paced.shapes_s(run) is None  # the pace is not known yet
    slow = replace(run, step=20, elapsed_s=4.0)
    assert paced.shapes_s(slow) == pytest.approx(0.2 * steps)  # that of the run
    paced.of(Config(), True)
    assert paced.shapes_s(run) == pytest.approx(0.01 * steps)
    assert paced.shapes_s(slow) == pytest.approx(0.2 * steps)
    for changes in ({"state": "paused"}, {"step": steps}, {"config": Config(width=8)}):
        assert paced.shapes_s(replace(slow, **changes)) is None
    assert paced.shapes_s(RunStatus()) is None


def test_nothing_is_measured_while_data_load(monkeypatch):
    runner, read = SimpleNamespace(is_preparing=False), []
    runner.prepare = lambda config: read.append(config.data)
    monkeypatch.setattr(pace_cache, "measure", lambda config: Pace(0.01, None, 0.01))
    paced = PaceCache(runner)
    assert paced.of(Config(), False) == {"busy": True} and not read
    assert "step_s" in paced.of(Config(), True) and read == ["mnist"]
    runner.is_preparing = True
    assert paced.of(Config(batch_size=16), True) == {"busy": True} and read == ["mnist"]
    assert "step_s" in paced.of(Config(), True)  # known
    runner.is_preparing = False
    assert "step_s" in paced.of(Config(batch_size=16), True) and read == ["mnist"] * 2


def test_a_pace_above_the_limit_of_the_server_is_refused(monkeypatch):
    monkeypatch.setattr(pace_cache, "measure", lambda config: Pace(math.inf, None, math.inf))
    runner = SimpleNamespace(is_preparing=False, prepare=lambda config: None)
    assert PaceCache(runner).of(Config(), True) == {"slow_s": 10.0}  # on a server of one's own
    paced = PaceCache(runner, 10.0)
    paced.check(Config())  # unknown
    for ask in (lambda: paced.of(Config(), True), lambda: paced.check(Config(steps=7))):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.answer() == {"refused": "step_slow", "values": {"most": "10"}}


RULES = """
const { STOPS, fits, withoutEffect, nearestStop, presetOf, withChange, withPreset } =
  await import("./train/form/rules.js");
const { rows, presets, data } = given.offered;
const article = withPreset({ ...presets.default, data: "cifar10", seed: 9, steps: 77, seconds: 0 },
  presets.article, data);
give({
  fits: given.tries.map(([name, value]) => fits(rows[name], value)),
  article,
  names: [presetOf(article, presets, data), presetOf({ ...article, lr_g: 0.5 }, presets, data)],
  mlp: withChange(presets.default, "arch", "mlp", data).conditional,
  side: withChange(presets.default, "data", "cifar10", data).image_size,
  idle: [withoutEffect(presets.default), withoutEffect(presets.article),
    withoutEffect(presets.video, true)],
  clips: [withPreset(presets.default, presets.video, data),
    withChange(presets.video, "data", "faces", data)],
  stops: Object.fromEntries(Object.entries(STOPS).map(([name, stops]) => [name,
    [stops.every((stop) => fits(rows[name], stop)),
     stops.every((stop, index) => nearestStop(name, stop) === index)]])),
});
"""


def test_the_page_applies_the_same_rules(tmp_path):
    numbers = ["lr_g", "augment", "seed", "train_images", "batch_size", "d_steps_per_g_step"]
    values = [-1, 0, 0.5, 1, 9, 10, 1e-7, 256, 257, 10**9]
    tries = [[name, value] for name in numbers for value in values]
    given = {"offered": settings_form.payload(SETTINGS), "tries": tries}
    found = run_node(tmp_path, RULES, given)
    for (name, value), fits in zip(tries, found["fits"], strict=True):
        assert fits == taken(name, value), (name, value)
    assert taken(None, None, found["article"]) and found["article"]["seed"] == 9
    assert (found["article"]["steps"], found["article"]["seconds"]) == (77, 0)
    assert found["article"]["data"] == "cifar10" and found["article"]["image_size"] == 32
    assert found["names"] == ["article", ""]
    assert (found["mlp"], found["side"]) == (False, 32)
    of_clips = ["motion_dim", "clip_span"]
    assert found["idle"][0] == of_clips and found["idle"][2] == []
    assert set(found["idle"][1]) >= {"width", "d_norm", "r1_every", *of_clips}
    clips, images = found["clips"]
    assert all(taken(None, None, values) for values in found["clips"])
    assert (clips["data"], images["data"]) == ("moving-mnist", "faces")
    assert clips["motion_dim"] and not images["motion_dim"]
    assert all(all(checks) for checks in found["stops"].values()), found["stops"]


def taken(name, value, values=None):
    try:
        settings_form.parse(values or {name: value}, SETTINGS)
    except ConfigError:
        return False
    return True
