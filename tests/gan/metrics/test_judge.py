"""Judges classify their data sets, damaged files are refused, and a trained judge can be loaded."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan.data.attributes import load_attributes
from gan.data.image_set import ImageSet, is_available, load
from gan.metrics.classifier import Classifier, train, warp
from gan.metrics.judge import JUDGES, Judge, JudgeError, accuracy, main, save


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load("mnist")


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return load("mnist", train=False)


@pytest.mark.parametrize(("name", "least"), [("mnist", 0.99), ("fashion-mnist", 0.92)])
def test_bundled_judges_are_accurate_and_small(name, least):
    if not is_available(name):
        pytest.skip(f"{name} is not on this machine")
    read = accuracy(Judge.load(name), load(name, train=False).subset(2000, 0), None)
    assert read == {"class": pytest.approx(1, abs=1 - least)}
    assert (JUDGES / name / "model.safetensors").stat().st_size < 1_000_000


def test_features_probabilities_and_labels_have_their_shapes(judge, digits):
    images = digits.images[:300].permute(0, 2, 3, 1).numpy()
    (features, probabilities), labels = judge.extract(images), judge.predict(images)
    assert features.shape == (300, 128) and features.dtype == np.float32
    assert probabilities.shape == (300, 10) and np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert labels.dtype == np.int64 and (labels == probabilities.argmax(1)).all()
    assert judge.extract(images[:0])[0].shape == (0, 128)


def test_features_do_not_depend_on_the_batch(judge, digits):
    images = digits.images[:300].permute(0, 2, 3, 1).numpy()
    assert np.allclose(judge.extract(images)[0][-1:], judge.extract(images[-1:])[0], atol=1e-4)


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
def test_other_images_are_refused(judge, images):
    with pytest.raises(JudgeError, match=r"takes images uint8 \(28, 28, 1\)"):
        judge.predict(images)


@pytest.mark.parametrize("name", ["cifar10", "nonsense", "../judges/mnist"])
def test_the_error_lists_the_data_sets_with_a_judge(name):
    with pytest.raises(JudgeError, match="There is no judge for .*one for: .*mnist"):
        Judge.load(name)


def test_a_damaged_judge_is_refused(tmp_path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist/model.safetensors").write_bytes(b"torn")
    with pytest.raises(JudgeError, match=r"mnist.model\.safetensors cannot be used"):
        Judge.load("mnist", tmp_path)


def test_a_judge_of_another_shape_is_refused(tmp_path):
    save(Classifier(classes=7), tmp_path / "mnist")
    with pytest.raises(JudgeError, match="cannot be used"):
        Judge.load("mnist", tmp_path)


def test_warped_digits_keep_their_class(judge, digits):
    images, labels = digits.batch(torch.arange(1000))
    moved = warp(images, torch.Generator().manual_seed(0))
    assert moved.shape == images.shape and -1 <= moved.min() and moved.max() <= 1
    assert (moved[:, :, 0, 0] == -1).all(), "the outside is black"
    assert (moved - images).abs().mean() > 0.05
    again = warp(images, torch.Generator().manual_seed(0))
    assert torch.equal(moved, again)
    read = judge.predict(((moved + 1) * 127.5).byte().permute(0, 2, 3, 1).numpy())
    assert (read == labels.numpy()).mean() > 0.97


def test_a_trained_judge_is_accurate_after_a_round_trip(tmp_path, digits):
    part = ImageSet("mnist", digits.images[:2560], digits.labels[:2560])
    save(train(part, 10, epochs=2, width=8), tmp_path / "mnist")
    rest = ImageSet("mnist", digits.images[9000:], digits.labels[9000:])
    assert accuracy(Judge.load("mnist", tmp_path), rest, None)["class"] > 0.85


def test_the_output_folder_must_have_the_name_of_the_data_set(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--data", "mnist", "--out", str(tmp_path / "elsewhere")])
    assert "must end in mnist" in capsys.readouterr().err


def test_the_width_is_read_from_the_file(tmp_path):
    save(Classifier(classes=10, width=8), tmp_path / "mnist")
    assert (
        Judge.load("mnist", tmp_path).extract(np.zeros((1, 28, 28, 1), np.uint8))[0].shape[1] == 128
    )


@pytest.mark.parametrize("name", ["faces", "faces-64"])
def test_the_judges_of_faces_read_every_attribute(name):
    judge, held = Judge.load(name), load(name, train=False)
    known = load_attributes(name, train=False)
    every = accuracy(judge, held, known)
    assert list(every) == list(known.values) and min(every.values()) > 0.9
    assert (JUDGES / name / "model.safetensors").stat().st_size < 1_500_000


def test_a_judge_of_attributes_is_accurate_after_a_round_trip(tmp_path):
    data, known = load("faces"), load_attributes("faces")
    part = replace(data, images=data.images[:2560], labels=data.labels[:2560])
    some = replace(known, indices=known.indices[:2560])
    values = sum(map(len, known.values.values()))
    save(train(part, values, epochs=2, width=8, attributes=some), tmp_path / "faces")
    rest = replace(data, images=data.images[11_000:], labels=data.labels[11_000:])
    others = replace(known, indices=known.indices[11_000:])
    found = accuracy(Judge.load("faces", tmp_path), rest, others)
    assert found["hair_color"] > 0.5 and found["skin"] > 0.4 and found["glasses"] > 0.8
