"""Augmentation disturbs real and fake alike, lets gradients through, and is not there when off."""

import pytest
import torch

from gan.augment import disturbed
from gan.config import Config, ConfigError, preset
from gan.steering import changed
from gan.trainer import Trainer

SMALL = {"width": 4, "z_dim": 8, "batch_size": 8, "steps": 20}


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 200, channels: int = 1, side: int = 28) -> torch.Tensor:
    return torch.rand(count, channels, side, side, generator=rng(9)) * 2 - 1


def make(data, **changes) -> Trainer:
    return Trainer(preset("default", **{**SMALL, **changes}), data, torch.device("cpu"))


def untouched(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    return torch.isclose(before, after, atol=1e-5).flatten(1).all(1)


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32), (3, 64)])
def test_it_disturbs_every_kind_of_image_and_each_one_differently(channels, side):
    one = pictures(1, channels, side).expand(16, -1, -1, -1)
    found = disturbed(one, 1.0, rng())
    assert found.shape == one.shape and found.dtype == one.dtype and found.isfinite().all()
    assert not untouched(one, found).any()
    assert len(found.flatten(1).unique(dim=0)) == 16


@pytest.mark.parametrize("probability", [0.2, 0.6])
def test_so_many_images_stay_undisturbed(probability):
    images = pictures(2000, side=8)
    share = untouched(images, disturbed(images, probability, rng())).float().mean().item()
    assert share == pytest.approx((1 - probability) ** 3, abs=0.05)  # by all three kinds


def test_an_image_keeps_its_content_a_little_moved_with_a_quarter_cut_out():
    dot = torch.zeros(500, 1, 32, 32)
    dot[:, :, 16, 16] = 1.0
    found = disturbed(dot, 1.0, rng())
    rows, columns = (found.abs().amax(axis).argmax(-1).flatten() for axis in ((1, 3), (1, 2)))
    seen = found.abs().amax((1, 2, 3)) > 0.6  # else it fell into the hole
    assert 0.5 < seen.float().mean() < 0.95
    for places in (rows[seen], columns[seen]):
        assert places.min() >= 12 and places.max() <= 20 and len(places.unique()) == 9
    holes = (disturbed(torch.ones(500, 1, 32, 32), 1.0, rng()) == 0).float().mean().item()
    assert 0.2 < holes < 0.4  # a hole of a quarter, some of it beyond the edge, and the shift


def test_the_same_class_of_disturbance_whatever_the_images():
    """Real and fake batches must not be told apart by what was done to them."""
    one, other = pictures(64), torch.full((64, 1, 28, 28), 0.7)
    generators = rng(4), rng(4)
    holes = [disturbed(x, 1.0, g) == 0 for x, g in zip((one, other), generators, strict=True)]
    assert torch.equal(*holes)  # the same draws cut and move the same pixels
    assert torch.equal(*(g.get_state() for g in generators))


def test_gradients_reach_what_is_seen_and_nothing_else():
    images = pictures(16).requires_grad_()
    found = disturbed(images, 1.0, rng())
    (gradient,) = torch.autograd.grad(found.sum(), images)
    assert gradient.isfinite().all() and (gradient.abs().sum((1, 2, 3)) > 0).all()
    direction, step = torch.randn(images.shape, generator=rng(5)), 1e-2
    slope = (disturbed(images + step * direction, 1.0, rng()) - found).sum().item() / step
    assert slope == pytest.approx((gradient * direction).sum().item(), rel=1e-2, abs=0.1)


def test_d_sees_both_kinds_disturbed_and_g_is_told_through_it(tiny_data, monkeypatch):
    seen: list[int] = []

    def spy(images, probability, generator):
        assert probability == 0.5
        seen.append(images.requires_grad)
        return disturbed(images, probability, generator)

    monkeypatch.setattr("gan.trainer.disturbed", spy)
    trainer = make(tiny_data, augment=0.5)
    trainer.step_D()
    assert seen == [False, False]  # real, fake
    trainer.step_G()
    assert seen[2:] == [True]
    seen.clear()
    make(tiny_data, augment=0.5, loss="relativistic").step_G()
    assert seen == [True, False]


def test_off_it_draws_nothing_and_on_it_resumes_bit_for_bit(tiny_data, monkeypatch):
    plain = make(tiny_data)
    with monkeypatch.context() as patch:
        patch.setattr("gan.trainer.disturbed", None)  # would raise if it were called
        plain.step()
    straight = make(tiny_data, augment=0.7)
    straight.step()
    assert not torch.equal(straight.rng.get_state(), plain.rng.get_state())
    reloaded = make(tiny_data, augment=0.7)
    reloaded.load_state_dict(straight.state_dict())
    for _ in range(3):
        assert straight.step() == reloaded.step()


def test_it_can_be_turned_on_and_off_during_a_run(tiny_data):
    trainer = make(tiny_data)
    for strength in (0.4, 0.0):
        trainer.configure(changed(trainer.config, {"augment": strength}))
        trainer.step()
    with pytest.raises(ConfigError, match="train_images cannot change"):
        changed(trainer.config, {"train_images": 50})


def test_runs_from_before_there_was_augmentation_load_with_it_off():
    values = preset("article").to_json()
    del values["augment"], values["train_images"]
    assert Config.from_json(values) == preset("article")


def test_few_images_are_chosen_by_the_seed(tiny_data):
    few = make(tiny_data, train_images=20).data
    assert few.images.shape == (20, 1, 28, 28) and few.labels.shape == (20,)
    assert torch.equal(few.images, make(tiny_data, train_images=20).data.images)
    assert not torch.equal(few.images, make(tiny_data, train_images=20, seed=1).data.images)
    whole = {(x.numpy().tobytes(), int(y)) for x, y in zip(*both(tiny_data), strict=True)}
    part = {(x.numpy().tobytes(), int(y)) for x, y in zip(*both(few), strict=True)}
    assert len(part) == 20 and part < whole  # no image twice, each with its own label
    assert make(tiny_data, train_images=1_000_000).data is tiny_data
    assert make(tiny_data).data is tiny_data


def both(data):
    return data.images, data.labels


@pytest.mark.parametrize("count", [1, 9])
def test_too_few_images_are_refused_with_the_range(count):
    with pytest.raises(ConfigError, match=f"train_images is {count}; it must be 10 or more, or 0"):
        Config(train_images=count)
