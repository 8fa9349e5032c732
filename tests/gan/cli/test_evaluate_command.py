"""`python -m gan evaluate`, called as by a user."""

import json

import pytest

import gan.metrics.evaluate
from gan.cli.main import main
from gan.data.image_set import ASSETS, load
from gan.metrics import accuracy_score

MODEL = str(ASSETS / "models/mnist")


@pytest.fixture(autouse=True)
def few_real_images(monkeypatch):
    def few(name, train=True, size=None):
        return load(name, train=train, size=size).subset(300, 0)

    monkeypatch.setattr(gan.metrics.evaluate, "load", few)
    monkeypatch.setattr(accuracy_score, "epochs", lambda count: 1)


def test_a_model_is_given_as_an_argument_or_an_option(capsys):
    for way in ([MODEL], ["--model", MODEL]):
        assert main(["evaluate", *way, "--count", "40", "--only", "frechet", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["count"] == 40 and "accuracy_score" not in found["figures"]
    with pytest.raises(SystemExit):
        main(["evaluate"])


def test_slow_metrics_are_announced_and_can_be_left_out(capsys):
    assert main(["evaluate", MODEL, "--count", "40"]) == 0
    output = capsys.readouterr()
    assert "trains a classifier on 60,000 generated images and one on as many" in output.err
    assert "--only frechet,precision-recall,motion,memorisation" in output.err
    assert "accuracy score" in output.out and "real images" in output.out
    assert main(["evaluate", MODEL, "--count", "40", "--only", "frechet"]) == 0
    assert "trains a classifier" not in capsys.readouterr().err


def test_unmeasurable_models_give_a_message(capsys, tmp_path):
    assert main(["evaluate", MODEL, "--only", "beauty"]) == 2
    assert "The measures are: frechet" in capsys.readouterr().err
    assert main(["evaluate", str(tmp_path)]) == 2
    assert "holds no model" in capsys.readouterr().err
