"""What a server function answers for errors."""

import pytest

from demo.endpoint import Refused, endpoint
from gan.paths import ROOT


def answer(error):
    def fail(_payload):
        raise error

    return endpoint(fail)({})


def test_errors_are_sentences():
    assert answer(ValueError("No.")) == {"error": "No."}
    assert answer(KeyError("No.")) == {"error": "No."}
    assert answer(Refused("busy", most=3)) == {"refused": "busy", "values": {"most": 3}}
    assert answer(TimeoutError())["refused"] == "slow"
    with pytest.raises(TypeError):
        answer(TypeError("a bug"))


@pytest.mark.parametrize(
    "error, sentence",
    [
        (OSError(13, "Permission denied", "/srv/my runs/a b/x.json"), "Permission denied: x.json"),
        (OSError("the disk is gone"), "the disk is gone"),
        (ValueError(f"{ROOT}/runs/r1/config.json is damaged"), "config.json is damaged"),
        (ValueError("/srv/my runs/r1/history.jsonl is damaged"), "history.jsonl is damaged"),
        (ValueError("There is no checkpoint in /srv/my runs/r1."), "There is no checkpoint in r1."),
        (ValueError("cannot read '/mnt/a b/c d.png'"), "cannot read 'c d.png'"),
        (ValueError("stopped: /tmp/latent-studio-x/a.mp4: Error"), "stopped: a.mp4: Error"),
        (ValueError("3 / 4 of 1/2, and/or more"), "3 / 4 of 1/2, and/or more"),
    ],
)  # fmt: skip
def test_sentences_do_not_tell_the_folders_of_the_server(error, sentence, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_RUNS", "/srv/my runs")
    assert answer(error)["error"] == sentence
