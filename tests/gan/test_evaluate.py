"""The judge reads real digits, the distance agrees with its closed forms, and a model that makes
real images scores like real images do."""

import json

import numpy as np
import pytest
import torch

import gan.evaluate
from gan.config import preset
from gan.data import ImageSet, load
from gan.evaluate import Moments, evaluate, frechet_distance, moments, table
from gan.generator import Generator
from gan.judge import JUDGES, Judge, JudgeError, JudgeNetwork, accuracy, augment, main, save, train
from gan.networks import make_generator


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load("mnist")


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return load("mnist", train=False)


@pytest.fixture
def few_real_images(monkeypatch):
    """Evaluate against 1,000 real images, where the numbers themselves do not matter."""
    monkeypatch.setattr(gan.evaluate, "REAL", 1000)


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


def gaussian(rng: np.random.Generator, d: int = 6) -> Moments:
    factor = rng.normal(size=(d, d))
    return Moments(rng.normal(size=d), factor @ factor.T)


# the distance


def test_equal_covariances_leave_the_squared_distance_of_the_means():
    a = gaussian(np.random.default_rng(0))
    shift = np.array([3.0, 4, 0, 0, 0, 0])
    assert frechet_distance(a, Moments(a.mean + shift, a.covariance)) == pytest.approx(25)


def test_diagonal_covariances_compare_standard_deviations():
    zero = np.zeros(3)
    a, b = Moments(zero, np.diag([1.0, 4, 9])), Moments(zero, np.diag([4.0, 4, 0]))
    assert frechet_distance(a, b) == pytest.approx((1 - 2) ** 2 + 0 + 3**2)


def test_two_by_two_covariances_have_a_closed_form():
    # tr((AB)^(1/2)) = sqrt(tr(AB) + 2 sqrt(det(AB))) for 2x2
    rng = np.random.default_rng(1)
    a, b = gaussian(rng, 2), gaussian(rng, 2)
    product = a.covariance @ b.covariance
    overlap = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    wanted = ((a.mean - b.mean) ** 2).sum() + np.trace(a.covariance + b.covariance) - 2 * overlap
    assert frechet_distance(a, b) == pytest.approx(wanted)


def test_distance_is_symmetric_and_does_not_mind_a_rotation():
    rng = np.random.default_rng(2)
    a, b = gaussian(rng), gaussian(rng)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    turned = [Moments(turn @ m.mean, turn @ m.covariance @ turn.T) for m in (a, b)]
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(*turned))


@pytest.mark.parametrize("count", [500, 20], ids=["full rank", "fewer samples than features"])
def test_identical_sets_are_at_no_distance(count):
    features = np.random.default_rng(3).normal(size=(count, 64)).astype(np.float32)
    assert frechet_distance(moments(features), moments(features)) == pytest.approx(0, abs=1e-5)


# the judge


def test_bundled_judge_reads_the_test_set_and_is_small(judge, digits):
    assert accuracy(judge, digits) >= 0.993
    assert (JUDGES / "mnist/model.safetensors").stat().st_size < 1_000_000


def test_features_probabilities_and_labels_have_their_shapes(judge, digits):
    images = digits.images[:300].permute(0, 2, 3, 1).numpy()
    features, beliefs, labels = (
        judge.features(images),
        judge.probabilities(images),
        judge.predict(images),
    )
    assert features.shape == (300, 128) and features.dtype == np.float32
    assert beliefs.shape == (300, 10) and np.allclose(beliefs.sum(1), 1, atol=1e-5)
    assert labels.dtype == np.int64 and (labels == beliefs.argmax(1)).all()
    assert judge.features(images[:0]).shape == (0, 128)


def test_an_image_is_read_alike_alone_and_in_company(judge, digits):
    images = digits.images[:300].permute(0, 2, 3, 1).numpy()
    assert np.allclose(judge.features(images)[-1:], judge.features(images[-1:]), atol=1e-4)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((2, 32, 32, 1), np.uint8),
        np.zeros((2, 28, 28, 3), np.uint8),
        np.zeros((28, 28, 1), np.uint8),
        np.zeros((2, 28, 28, 1), np.float32),
    ],
    ids=["32 px", "colour", "one image", "float"],
)
def test_other_images_are_refused_with_a_sentence(judge, images):
    with pytest.raises(JudgeError, match="28x28 grey images"):
        judge.predict(images)


@pytest.mark.parametrize("name", ["cifar10", "nonsense", "../judges/mnist"])
def test_a_data_set_without_a_judge_is_named_beside_those_with_one(name):
    with pytest.raises(JudgeError, match="There is no judge for .*one for: mnist"):
        Judge.load(name)


def test_a_damaged_judge_is_named(tmp_path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist/model.safetensors").write_bytes(b"torn")
    with pytest.raises(JudgeError, match=r"mnist.model\.safetensors cannot be used"):
        Judge.load("mnist", tmp_path)


def test_a_judge_of_another_shape_is_refused(tmp_path):
    save(JudgeNetwork(classes=7), tmp_path / "mnist")
    with pytest.raises(JudgeError, match="cannot be used"):
        Judge.load("mnist", tmp_path)


def test_augmented_digits_move_but_stay_digits(judge, digits):
    images, labels = digits.batch(torch.arange(1000))
    moved = augment(images, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape and -1 <= moved.min() and moved.max() <= 1
    assert (moved[:, :, 0, 0] == -1).all(), "what comes in from outside is black"
    assert (moved - images).abs().mean() > 0.05
    again = augment(images, torch.Generator().manual_seed(0))
    assert torch.equal(moved, again)
    read = judge.predict(((moved + 1) * 127.5).byte().permute(0, 2, 3, 1).numpy())
    assert (read == labels.numpy()).mean() > 0.97


def test_training_learns_and_survives_its_file(tmp_path, digits):
    part = ImageSet("mnist", digits.images[:2560], digits.labels[:2560])
    save(train(part, epochs=2), tmp_path / "mnist")
    rest = ImageSet("mnist", digits.images[5000:], digits.labels[5000:])
    assert accuracy(Judge.load("mnist", tmp_path), rest) > 0.85


def test_a_seed_gives_one_judge_and_leaves_the_global_seed_alone(digits):
    part = ImageSet("mnist", digits.images[:384], digits.labels[:384])
    before = torch.random.get_rng_state()
    first, second, other = (train(part, epochs=1, seed=s).head.weight for s in (1, 1, 2))
    assert torch.equal(first, second) and not torch.equal(first, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_training_on_colour_is_refused():
    data = ImageSet("svhn", torch.zeros(4, 3, 32, 32, dtype=torch.uint8), torch.zeros(4).long())
    with pytest.raises(JudgeError, match="needs 28x28 grey images; svhn"):
        train(data)


def test_the_command_wants_a_folder_it_will_find_again(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--data", "mnist", "--out", str(tmp_path / "elsewhere")])
    assert "must end in mnist" in capsys.readouterr().err


# the report


def test_a_model_that_makes_real_images_scores_like_real_images():
    report = evaluate(Copier())
    assert report.frechet < 3 * report.floor
    assert report.floor > 0
    assert report.label_agreement > 0.995
    assert all(share == pytest.approx(0.1, abs=0.005) for share in report.class_shares)
    assert report.confidence == pytest.approx(report.real_confidence, abs=0.005)


def test_an_untrained_model_scores_badly(few_real_images):
    report = evaluate(untrained(), count=200)
    assert report.frechet > 50 * report.floor
    assert report.label_agreement < 0.3


def test_collapse_shows_in_distance_and_classes(few_real_images):
    report = evaluate(Collapsed(), count=200)
    assert report.class_shares[1] == 1 and sum(report.class_shares) == 1
    assert report.label_agreement == 0.1
    assert report.frechet > 50 * report.floor


def test_a_seed_gives_one_report(few_real_images):
    model = untrained()
    first, second, other = (evaluate(model, count=50, seed=seed).to_json() for seed in (3, 3, 4))
    assert first.pop("seconds") > 0 and second.pop("seconds") > 0
    assert first == second and first["frechet"] != other["frechet"]


def test_an_unconditional_model_has_no_agreement(few_real_images):
    report = evaluate(untrained(conditional=False), count=50)
    assert report.label_agreement is None
    assert "the model knows no classes" in table(report)
    assert json.loads(json.dumps(report.to_json()))["label_agreement"] is None


def test_progress_runs_from_the_first_chunk_to_one(few_real_images):
    shares = []
    evaluate(untrained(), count=1001, on_progress=shares.append)
    assert shares == sorted(shares) and len(shares) == 3 + 2 + 2
    assert shares[-1] == 1


def test_progress_may_stop_it(few_real_images):
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        evaluate(untrained(), count=50, on_progress=stop)


def test_what_cannot_be_judged_is_said_in_a_sentence():
    with pytest.raises(JudgeError, match="28x28x1; this model makes 32x32x1"):
        evaluate(untrained(image_size=32))
    with pytest.raises(JudgeError, match="no judge for 'cifar10'"):
        evaluate(untrained(data="cifar10", image_size=32))
    with pytest.raises(ValueError, match="at least 2"):
        evaluate(untrained(), count=1)


def test_the_table_shows_every_number(few_real_images):
    report = evaluate(untrained(), count=50)
    text = table(report)
    for number in (report.model_id, f"{report.frechet:.3f}", f"{report.floor:.3f}", "50 samples"):
        assert number in text
    assert len(text.splitlines()) == 5 + 10
    assert max(map(len, text.splitlines())) <= 88
