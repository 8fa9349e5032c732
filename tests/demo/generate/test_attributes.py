"""The server function `attributes`, called as the page calls it."""

import pytest

from demo.endpoint import endpoint
from demo.generate.attributes import attributes_function
from demo.server.studio import Studio
from demo.settings import Settings

GOOD = {"model": "faces", "z": [0.5] * 64, "label": 2, "wanted": {"glasses": True, "hat": False}}


@pytest.fixture(scope="module")
def attributes(tmp_path_factory):
    studio = Studio(Settings(runs=tmp_path_factory.mktemp("runs")))
    yield endpoint(attributes_function(studio))
    studio.close()


def test_it_answers_with_a_latent(attributes):
    found = attributes(GOOD)
    assert len(found["z"]) == 64 and found["missed"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"z": [0.5] * 63},
        {"z": [1e9] * 64},
        {"z": "zeros"},
        {"label": 8},
        {"label": -1},
        {"label": True},
        {"label": None},
        {"wanted": None},
        {"wanted": {}},
        {"wanted": ["hat"]},
        {"wanted": {"hat": 0}},
        {"wanted": {"x" * 9999: True}},
        {"model": "mnist"},
        {"model": "../faces"},
    ],
)
def test_a_payload_that_cannot_be_used_gets_a_sentence(attributes, changes):
    answer = attributes(GOOD | changes)
    assert set(answer) == {"error"} and answer["error"].endswith(".")
    assert len(answer["error"]) < 200
