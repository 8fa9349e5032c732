"""A model that draws real images scores like real images, and defects of others show."""

import json

import numpy as np
import pytest
import torch

import gan.metrics.evaluate
from gan.data.image_set import ImageSet, load
from gan.metrics import accuracy_score
from gan.metrics.evaluate import MEASURES, evaluate, labels_like
from gan.metrics.report import markdown, text
from gan.models.generator import Generator
from gan.models.networks import make_generator
from gan.presets import preset

QUICK = [name for name in MEASURES if name != "accuracy"]


@pytest.fixture
def few_real_images(monkeypatch):
    """1,000 real images of each kind, where the numbers themselves do not matter."""

    def few(name, train=True, size=None):
        return load(name, train=train, size=size).subset(1000, 0)

    monkeypatch.setattr(gan.metrics.evaluate, "load", few)
    monkeypatch.setattr(accuracy_score, "LEAST_STEPS", 40)


def untrained(**changes) -> Generator:
    config = preset("default", **changes)
    torch.manual_seed(0)
    return Generator(config, make_generator(config))


class Copier(Generator):
    """A perfect model: an image of the training set, of the class asked for."""

    def __init__(self) -> None:
        super().__init__(preset("default"), make_generator(preset("default")))
        data = load("mnist")
        images = data.images.permute(0, 2, 3, 1).numpy()
        self.of_class = [images[(data.labels == label).numpy()] for label in range(10)]

    def sample(self, z, classes=None):
        place = (np.abs(z[:, 0]) * 1e6).astype(int)
        pairs = zip(place, classes, strict=True)
        return np.stack([self.of_class[c][i % len(self.of_class[c])] for i, c in pairs])


class Collapsed(Copier):
    """A collapsed model: always the same 1."""

    def sample(self, z, classes=None):
        return np.repeat(self.of_class[1][:1], len(z), axis=0)


def values(report) -> dict[str, float]:
    return {name: figure.value for name, figure in report.figures.items()}


@pytest.mark.slow
def test_a_model_that_draws_real_images_scores_like_real_images():
    report = evaluate(Copier(), measures=["frechet", "precision-recall"])
    figures = report.figures
    assert 0 < figures["frechet"].floor and figures["frechet"].value < 3 * figures["frechet"].floor
    for name in ("precision", "recall", "label_agreement", "confidence"):
        assert figures[name].value == pytest.approx(figures[name].floor, abs=0.02), name
    learnt = np.bincount(load("mnist").labels) / 60_000
    assert np.allclose(report.class_shares, learnt, atol=0.005)
    assert np.allclose(report.real_class_shares, 0.1, atol=0.02)
    assert not np.allclose(report.class_shares, 0.1, atol=0.01)  # there are more ones than fives


@pytest.mark.slow
def test_a_copying_model_has_a_high_accuracy_score(few_real_images):
    figures = evaluate(Copier(), count=600).figures
    assert figures["memorisation"].floor == pytest.approx(1, abs=0.1)
    assert figures["accuracy_score"].value == pytest.approx(
        figures["accuracy_score"].floor, abs=0.1
    )
    assert figures["accuracy_score"].value > 0.7


@pytest.mark.slow
def test_an_untrained_model_scores_badly(few_real_images):
    report = evaluate(untrained(), count=200)
    figures = report.figures
    assert figures["frechet"].value > 50 * figures["frechet"].floor
    assert figures["label_agreement"].value < 0.3 and figures["accuracy_score"].value < 0.5
    assert figures["precision"].value < 0.2 and figures["recall"].value < 0.2
    assert figures["memorisation"].value == pytest.approx(1, abs=0.1)


def test_a_collapse_shows_in_distance_recall_and_classes(few_real_images):
    report = evaluate(Collapsed(), count=200, measures=QUICK)
    assert report.class_shares[1] == 1 and sum(report.class_shares) == 1
    found = values(report)
    assert found["label_agreement"] == 0.1 and found["recall"] < 0.05
    assert found["frechet"] > 50 * report.figures["frechet"].floor


def test_it_is_deterministic(few_real_images):
    model = untrained()
    first, second, other = (
        evaluate(model, count=50, seed=seed, measures=QUICK).to_json() for seed in (3, 3, 4)
    )
    assert first.pop("seconds") > 0 and second.pop("seconds") > 0
    assert first == second and first["figures"] != other["figures"]
    assert json.loads(json.dumps(first))["figures"]["frechet"]["floor"] > 0


def test_an_unconditional_model_has_no_metrics_of_labels(few_real_images):
    report = evaluate(untrained(conditional=False), count=50)
    assert not {"label_agreement", "accuracy_score"} & set(report.figures)
    assert report.class_shares is not None


def test_only_the_given_measures_are_taken(few_real_images):
    report = evaluate(untrained(), count=50, measures=["frechet"])
    assert set(report.figures) == {"frechet", "confidence", "label_agreement"}
    with pytest.raises(ValueError, match="The measures are: frechet, .*not 'beauty'"):
        evaluate(untrained(), measures=["beauty"])


@pytest.mark.parametrize("changes", [{"image_size": 32}, {"data": "svhn", "image_size": 32}])
def test_images_without_a_judge_are_measured(changes, few_real_images, monkeypatch):
    if "data" in changes:
        rng = np.random.default_rng(0)
        images = torch.from_numpy(rng.integers(0, 256, (300, 3, 32, 32), np.uint8))
        made = ImageSet("svhn", images, torch.arange(300) % 10)
        monkeypatch.setattr(gan.metrics.evaluate, "load", lambda *_, **__: made)
    report = evaluate(untrained(**changes), count=100, measures=QUICK)
    assert set(report.figures) == {"frechet", "precision", "recall", "memorisation"}
    assert report.class_shares is None and report.reader == "an untrained network"
    assert report.figures["frechet"].value > report.figures["frechet"].floor >= 0


def test_progress_is_reported_and_may_cancel(few_real_images):
    reported = []
    evaluate(untrained(), count=1001, measures=QUICK, on_progress=lambda *now: reported.append(now))
    reading = [share for stage, share in reported if stage == "reading images"]
    assert reading == sorted(reading) and len(reading) == 3 + 2 + 2 and reading[-1] == 1
    assert {stage for stage, _ in reported} == {
        "reading images",
        "precision and recall",
        "memorisation",
    }

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(untrained(), count=50, on_progress=stop)


def test_too_few_images_are_refused():
    with pytest.raises(ValueError, match="at least 2"):
        evaluate(untrained(), count=1)


def test_the_tables_show_every_number(few_real_images, monkeypatch):
    monkeypatch.setattr(accuracy_score, "epochs", lambda count: 1)
    report = evaluate(untrained(), count=50)
    assert len(report.figures) == 7
    for shown in (text(report), markdown(report)):
        assert f"{report.figures['frechet'].value:.3f}" in shown
        assert f"{report.figures['recall'].floor:.2%}" in shown
        assert f"{report.figures['accuracy_score'].value:.2%}" in shown


def test_equal_classes_alternate():
    assert (labels_like(np.repeat(np.arange(10), 7), 95) == np.arange(95) % 10).all()


@pytest.mark.parametrize("count", [1, 2, 37, 100, 10_000])
def test_each_class_has_the_frequency_of_the_labels(count):
    numbers = np.array([5000, 1, 0, 700, 2300])
    mixed = labels_like(np.repeat(np.arange(5), numbers), count)
    assert len(mixed) == count
    wanted = count * numbers / numbers.sum()
    assert (abs(np.bincount(mixed, minlength=5) - wanted) <= 1).all()


def test_a_prefix_has_the_same_frequencies():
    labels = np.repeat(np.arange(3), (600, 300, 100))
    shares = [np.bincount(labels_like(labels, 1000)[:n], minlength=3) / n for n in (10, 100, 1000)]
    assert np.allclose(shares, [0.6, 0.3, 0.1])


def test_no_labels_are_refused():
    with pytest.raises(ValueError, match="no labels"):
        labels_like([], 3)
