"""Vital signs are right, do not change the run, and are logged like its history."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from gan.data.image_set import ImageSet, load
from gan.metrics.feature_extractors import feature_extractor_for
from gan.metrics.judge import Judge
from gan.monitor import vitals_log
from gan.monitor.doctor import diagnose
from gan.monitor.real_features import RealFeatures, features_of, spread
from gan.monitor.vitals import BINS, SAMPLES, Probe, gradient_norm, histogram
from gan.monitor.vitals_log import Vitals, read_vitals
from gan.presets import preset
from gan.runner import monitored_run
from gan.runner.runner import Runner
from gan.runs.run import Run
from gan.storage.layout import VITALS
from gan.training.trainer import Trainer

SMALL = preset("default", width=8, batch_size=8)


@pytest.fixture(scope="module")
def known() -> RealFeatures:
    test = load("mnist", train=False)
    return features_of(ImageSet("mnist", test.images[:600], test.labels[:600]), Judge.load("mnist"))


@pytest.fixture(scope="module")
def images() -> ImageSet:
    train = load("mnist")
    return ImageSet("mnist", train.images[:600], train.labels[:600])


@pytest.fixture
def run(tmp_path):
    return Run.create(SMALL, tmp_path / "r")


@pytest.fixture
def make_log(known, monkeypatch):
    """Make a log that need not wait for the real images, and set how often it measures."""

    def made(run, every_s=0.0, share=1e9):
        monkeypatch.setattr(vitals_log, "EVERY_S", every_s)
        for name in ("SHARE", "EARLY_SHARE"):
            monkeypatch.setattr(vitals_log, name, share)
        return Vitals(run, lambda *_: known)

    return made


def tensors(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.state_dict()["tensors"].items()}


@pytest.mark.parametrize("name", ["default", "hinge-spectral", "article"])
def test_measuring_changes_nothing(name, images, known):
    sizes = {} if name == "article" else {"width": 8}
    trainer = Trainer(preset(name, **sizes, batch_size=8), images)
    trainer.step()
    before = tensors(trainer)
    noise = torch.get_rng_state()
    Probe(trainer, known).measure()
    after = tensors(trainer)
    assert all(torch.equal(value, after[key]) for key, value in before.items())
    assert torch.equal(noise, torch.get_rng_state()) and trainer.D.training


def test_the_same_weights_give_the_same_row(images, known):
    trainer = Trainer(SMALL, images)
    trainer.step()
    row = Probe(trainer, known).measure()
    assert row == Probe(trainer, known).measure()
    assert sum(row["classes"]) == SAMPLES and len(row["classes"]) == 10
    assert sum(row["d_real"]) == sum(row["d_fake"]) == 256
    assert {"frechet", "frechet_error", "diversity", "confidence", "gap", "grad_g"} < set(row)
    json.dumps(row, allow_nan=False)


def drawing(trainer: Trainer, pictures: torch.Tensor) -> None:
    """Make the EMA network return these images in order."""
    kept, turn = pictures.float() / 127.5 - 1, [0]

    class Drawn(torch.nn.Module):
        def forward(self, z, _):
            start, turn[0] = turn[0], (turn[0] + len(z)) % len(kept)
            return kept[start : start + len(z)]

    trainer.ema = Drawn()


def test_real_images_score_like_real_images(images, known):
    trainer = Trainer(SMALL, images)
    drawing(trainer, images.images[:SAMPLES])
    row = Probe(trainer, known).measure()
    assert row["frechet"] - 2 * row["frechet_error"] < 3
    assert row["diversity"] == pytest.approx(1, abs=0.2)
    assert row["confidence"] > 0.95 and min(row["classes"]) > 20


def test_a_collapse_shows(images, known):
    trainer = Trainer(SMALL, images)
    one = images.images[images.labels == 1][:1]
    drawing(trainer, one.repeat(SAMPLES, 1, 1, 1))
    row = Probe(trainer, known).measure()
    assert row["classes"][1] == SAMPLES and row["diversity"] < 0.01 and row["frechet"] > 20


def test_one_picture_of_each_class_has_no_spread_within_classes(images):
    trainer = Trainer(SMALL, images)
    classes = [torch.nonzero(images.labels == label)[:40, 0] for label in range(10)]
    drawing(trainer, images.images[torch.stack(classes, 1).flatten()])
    row = Probe(trainer, RealFeatures()).measure()
    assert row["class_spread"] == pytest.approx(1, abs=0.15)
    assert row["pixel_spread"] == pytest.approx(1, abs=0.15)
    drawing(trainer, images.images[torch.stack(classes, 1)[0]].repeat(SAMPLES // 10, 1, 1, 1))
    row = Probe(trainer, RealFeatures()).measure()
    assert row["class_spread"] == 0 and row["pixel_spread"] > 0.5


def test_without_real_features_their_signs_are_left_out(images):
    row = Probe(Trainer(SMALL, images), RealFeatures()).measure()
    assert set(row) == {"step", "pixel_spread", "class_spread", "live_spread", "d_real", "d_fake"}
    held = ImageSet("mnist", images.images[:100], images.labels[:100])
    found = Probe(Trainer(SMALL, images), RealFeatures(held)).measure()
    assert set(found) == {*row, "gap", "gap_error", "separation"}


def test_without_a_judge_all_but_classes_is_measured(images):
    test = load("mnist", train=False)
    held = ImageSet("own-0123456789ab", test.images[:600], test.labels[:600])
    known = features_of(held, feature_extractor_for(held))
    trainer = Trainer(SMALL, images)
    drawing(trainer, held.images[:SAMPLES])
    row = Probe(trainer, known).measure()
    assert not {"classes", "confidence"} & set(row)
    assert row["frechet"] - 2 * row["frechet_error"] < 6
    assert row["diversity"] == pytest.approx(1, abs=0.1)
    assert row["precision"] > 0.7 and row["recall"] > 0.7
    drawing(trainer, held.images[:1].repeat(SAMPLES, 1, 1, 1))
    row = Probe(trainer, known).measure()
    assert row["diversity"] < 0.01 and row["frechet"] > 60 and row["recall"] < 0.05
    rows = [row | {"step": 100 * step} for step in range(1, 9)]
    diagnosis = diagnose([], rows, SMALL)
    assert diagnosis.state == "collapsing"
    assert set(diagnosis.values) == {"diversity", "class_spread"}


def test_drawing_training_images_counts_as_memorisation(images, known):
    trainer = Trainer(SMALL, images)
    drawing(trainer, images.images[:SAMPLES])
    copied = Probe(trainer, known).measure()
    drawing(trainer, load("mnist").images[5000 : 5000 + SAMPLES])
    fresh = Probe(trainer, known).measure()
    assert copied["memorisation"] < 0.05 < 0.85 < fresh["memorisation"] < 1.15


def test_only_adaptive_augmentation_is_reported(images):
    fixed, steered = (
        Trainer(replace(SMALL, augment=0.3, augment_target=target), images) for target in (0, 0.6)
    )
    assert not {"augment", "certainty"} & Probe(fixed, RealFeatures()).measure().keys()
    for _ in range(4):
        steered.step()
    row = Probe(steered, RealFeatures()).measure()
    assert row["augment"] == pytest.approx(steered.augment_p, abs=1e-3) and row["augment"] != 0.3
    assert row["certainty"] == pytest.approx(steered.adaptive.r_t, abs=1e-3)


def test_nan_weights_give_a_valid_row(images, known):
    trainer = Trainer(SMALL, images)
    for network in (trainer.ema, trainer.D):
        next(network.parameters()).data.fill_(float("nan"))
    json.dumps(Probe(trainer, known).measure(), allow_nan=False)


def test_scores_fall_into_half_logit_bins_with_open_ends():
    counts = histogram(torch.tensor([-99.0, -6.0, -0.01, 0.0, 0.49, 5.99, 99.0, float("nan")]))
    assert len(counts) == BINS and sum(counts) == 7
    assert (counts[0], counts[11], counts[12], counts[23]) == (2, 1, 2, 2)


def test_gradient_norm_and_spread():
    layer = torch.nn.Linear(2, 1, bias=False)
    assert gradient_norm(layer) is None
    layer.weight.grad = torch.tensor([[3.0, 4.0]])
    assert gradient_norm(layer) == pytest.approx(5)
    features = np.array([[0.0, 0.0], [2.0, 4.0], [9.0, 9.0]])
    np.testing.assert_allclose(spread(features, np.array([0, 0, 1]), 3), [10, 0, 0])


def test_rows_are_appended_and_later_ones_dropped_after_a_rollback(run, make_log):
    vitals = make_log(run)
    for _ in range(3):
        run.advance()
        newest = vitals.take()
    assert newest["step"] == 3 and vitals.take() is newest  # not twice at one step
    assert [row["step"] for row in vitals.rows] == [1, 2, 3]
    assert read_vitals(run.folder) == vitals.rows
    with open(run.folder / VITALS, "a") as file:
        file.write('{"step": 4, "fre')  # a power cut
    run.trainer.step_count = 2
    later = make_log(run, 5.0, 0.02)
    assert later.take()["step"] == 2 and len(read_vitals(run.folder)) == 2
    run.trainer.step_count = 1
    assert later.take()["step"] == 1 and len(read_vitals(run.folder)) == 1
    assert (run.folder / VITALS).read_bytes().count(b"\n") == 1


def test_measuring_keeps_to_its_share_of_the_time(run, make_log, monkeypatch):
    vitals = make_log(run, 1, 0.1)
    clock = iter(range(0, 1000, 3))  # every measurement takes three seconds
    monkeypatch.setattr(vitals_log.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(Probe, "measure", lambda probe: {"step": probe.trainer.step_count})
    for second in range(100):
        run.trainer.step_count, run.trainer.elapsed_s = second, float(second)
        vitals.take()
    assert [row["step"] for row in vitals.rows] == [1, 11, 41, 71]


def test_a_run_is_always_measured_at_its_goal(tmp_path, make_log):
    run = Run.create(replace(SMALL, steps=2), tmp_path / "r")
    log = make_log(run, every_s=1e9)
    run.advance()
    assert log.take() is None
    run.advance()
    assert log.take()["step"] == 2
    assert len(log.rows) == 1 and log.take()["step"] == 2  # once


def test_neither_a_full_disk_nor_an_error_stops_the_run(run, make_log, monkeypatch):
    vitals, path = make_log(run), run.folder / VITALS
    vitals.take()
    aside = path.rename(path.with_name("aside"))
    path.mkdir()  # cannot be written
    run.advance()
    assert vitals.take()["step"] == 1
    path.rmdir()
    aside.rename(path)
    run.advance()
    vitals.take()
    assert [row["step"] for row in read_vitals(run.folder)] == [0, 1, 2]
    monkeypatch.setattr(Probe, "measure", lambda _: 1 / 0)
    run.advance()
    assert vitals.take()["step"] == 2


def test_a_runner_publishes_them_and_continues_them_after_resuming(tmp_path, make_log, monkeypatch):
    monkeypatch.setattr(monitored_run, "Vitals", lambda run, _: make_log(run))
    for opened in ("start", "resume_run"):
        runner = Runner(publish_every_s=0.05)
        begin = time.monotonic()
        folder = tmp_path / "r"
        (runner.start(SMALL, folder) if opened == "start" else runner.resume_run(folder)).result()
        while len(runner.vitals("r")) < (2 if opened == "start" else 4):
            assert time.monotonic() - begin < 60
            time.sleep(0.01)
        runner.close()
        rows = runner.vitals("r")
        assert runner.status.vitals == rows[-1] and rows == read_vitals(folder)
        assert [row["step"] for row in rows] == sorted({row["step"] for row in rows})
        assert rows[-1]["step"] <= runner.status.step and not runner.vitals("another")
