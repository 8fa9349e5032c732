"""The pictures of the menu: one per model that is asked for, again only with other weights."""

import base64
import os
import shutil
from dataclasses import replace

import imageio.v3 as iio
import numpy as np
import pytest
from safetensors.torch import save_file

from demo.endpoint import endpoint
from demo.explore import menu_pictures
from demo.explore.menu_pictures import MOST, SIDE, pictures_function, small_picture
from demo.explore.tab import description
from demo.server.studio import Studio
from gan.hub.names import ORIGIN
from gan.latent.latents import latent
from gan.models.generator import Generator
from gan.presets import preset
from gan.storage.layout import MODEL
from gan.system.atomic import write_json
from tests.models import randomised

RUN = "20260214-093000-mnist"
NAME = "MNIST, 2026-02-14 09:30:00"


@pytest.fixture
def pictures(studio, tiny_model):
    shutil.copytree(tiny_model, studio.settings.models / "mnist")
    shutil.copytree(tiny_model, studio.settings.runs / RUN)
    return endpoint(pictures_function(studio))


def decoded(text):
    return iio.imread(base64.b64decode(text), extension=".png")


def test_a_model_has_the_picture_that_explore_shows_first(pictures, tiny_model):
    found = pictures({"have": {"MNIST": ""}})["pictures"]
    generator = Generator.load(tiny_model)
    seed = description(generator)["first"]["seed"]
    first = generator.sample(latent(seed, 64)[None], 0)[0, ..., 0]
    # each pixel twice, in the middle of a black square
    wanted = np.pad(first.repeat(2, 0).repeat(2, 1), (SIDE - 2 * 28) // 2)
    assert np.array_equal(decoded(found["MNIST"][1]), wanted)


@pytest.mark.parametrize("side", [32, 64, 128])
def test_pictures_of_all_sizes_are_squares_of_one_size(side):
    own = {"data": "own-0123456789ab", "image_channels": 3, "image_size": side}
    drawn = small_picture(randomised(preset("own-images", width=4, **own)), 0)
    assert decoded(drawn).shape == (SIDE, SIDE, 3)


def test_a_picture_is_sent_again_only_with_other_weights(pictures, studio):
    version, before = pictures({"have": {NAME: ""}})["pictures"][NAME]
    assert pictures({"have": {NAME: version}}) == {"pictures": {}}
    folder = studio.settings.runs / RUN
    save_file(randomised(Generator.load(folder).config).network.state_dict(), folder / MODEL)
    os.utime(folder / MODEL, (1, 1))
    now, after = pictures({"have": {NAME: version}})["pictures"][NAME]
    assert now != version and after != before


def test_a_damaged_model_has_no_picture_and_others_have_theirs(pictures, studio):
    (studio.settings.runs / RUN / MODEL).write_bytes(b"{" * 99)
    found = pictures({"have": {NAME: "", "MNIST": ""}})["pictures"]
    assert found[NAME][1] == "" and found["MNIST"][1]


@pytest.mark.parametrize("public", [False, True])
def test_models_of_the_hub_have_pictures_too(studio, tiny_model, public):
    settings = replace(studio.settings, public=public)
    folder = settings.hub_cache / "ada--digits"
    shutil.copytree(tiny_model, folder)
    write_json(folder / ORIGIN, {})
    server = Studio(settings)
    found = endpoint(pictures_function(server))({"have": {"ada/digits": ""}})["pictures"]
    server.close()
    assert found["ada/digits"][1]


@pytest.mark.parametrize("have", [None, [], "MNIST", {"nothing": ""}, {"../mnist": ""}, {"": 1}])
def test_names_of_no_model_have_no_pictures(pictures, have):
    assert pictures({"have": have}) == {"pictures": {}}


def test_a_request_gets_a_bounded_number(pictures):
    many = {f"x{k}": "" for k in range(MOST)}
    assert pictures({"have": many | {"MNIST": ""}}) == {"pictures": {}}


def test_a_picture_is_drawn_once_for_all_visitors(pictures, monkeypatch):
    first = pictures({"have": {"MNIST": ""}})
    monkeypatch.setattr(menu_pictures, "small_picture", None)
    assert pictures({"have": {"MNIST": float("nan")}, "who": "b" * 32}) == first
