"""Augmentation treats real and fake images alike, is differentiable, and costs nothing when off."""

import pytest
import torch

from gan.config import Config, ConfigError
from gan.presets import preset
from gan.training.augment import _maps, _moved, augment
from gan.training.live_settings import changed
from gan.training.trainer import Trainer

SMALL = {"width": 4, "z_dim": 8, "batch_size": 8, "steps": 20}


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(count: int = 200, channels: int = 1, side: int = 28) -> torch.Tensor:
    return torch.rand(count, channels, side, side, generator=rng(9)) * 2 - 1


def make(data, **changes) -> Trainer:
    return Trainer(preset("default", **{**SMALL, **changes}), data, torch.device("cpu"))


def untouched(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    return torch.isclose(before, after, atol=1e-4).flatten(1).all(1)


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 32), (3, 64)])
def test_images_of_every_shape_are_augmented_individually(channels, side):
    one = pictures(1, channels, side).expand(16, -1, -1, -1)
    found = augment(one, 1.0, rng())
    assert found.shape == one.shape and found.dtype == one.dtype and found.isfinite().all()
    assert not untouched(one, found).any()
    assert len(found.flatten(1).unique(dim=0)) == 16


@pytest.mark.parametrize("probability", [0.2, 0.6])
def test_the_fraction_of_unchanged_images_matches_the_probability(probability):
    images = pictures(1000)
    share = untouched(images, augment(images, probability, rng())).float().mean().item()
    assert share == pytest.approx((1 - probability) ** 6, abs=0.04)  # six independent transforms


def test_at_probability_zero_images_are_unchanged_and_no_random_number_is_drawn():
    images, generator = pictures(4), rng()
    assert augment(images, 0.0, generator) is images
    assert torch.equal(generator.get_state(), rng().get_state())


def test_a_quarter_is_cut_out():
    holes = (augment(torch.ones(300, 1, 32, 32), 1.0, rng()) == 0).float().mean().item()
    assert 0.15 < holes < 0.25  # part of a square may lie outside the image


def test_an_augmented_image_keeps_its_content():
    blob = torch.zeros(300, 1, 32, 32)
    blob[:, :, 12:20, 12:20] = 1.0
    amounts = 2 * torch.rand(6, 300, generator=rng()) - 1
    ink = _moved(blob, _maps(amounts, torch.ones(4, 300), 32)).squeeze(1)
    mass, line = ink.sum((1, 2)), torch.arange(32) - 15.5
    assert 40 < mass.min() and mass.max() < 100
    for axis in (1, 2):
        places = ink.sum(axis) @ line / mass
        assert 3 < places.abs().max() < 6 and places.std() > 1


def moved(images, amounts, made=(1.0, 1.0, 1.0, 1.0)):
    """Apply the same translation, rotation, scale, aspect and shear, each -1..1, to all images."""
    count, side = len(images), images.shape[-1]
    each = torch.tensor([amounts, (*made, 0.0, 0.0)]).expand(count, -1, -1)
    return _moved(images, _maps(each[:, 0].T, each[:, 1, :4].T, side).to(images.dtype))


def test_a_zero_transform_is_the_identity():
    images = pictures(8)
    assert untouched(images, moved(images, (0.0,) * 6)).all()
    assert untouched(images, moved(images, (0.7,) * 6, (0.0,) * 4)).all()  # no transform is applied


def test_a_translated_image_stays_sharp_and_repeats_its_edge():
    images = pictures(4)
    found = moved(images, (0.55, -1.0, 0.0, 0.0, 0.0, 0.0))  # 1.9 px and 3.5 px
    expected = images.roll((4, -2), (2, 3))[:, :, 4:, :-2]
    assert torch.allclose(found[:, :, 4:, :-2], expected, atol=1e-4)
    assert torch.allclose(found[:, :, :4], found[:, :, 4:5].expand(-1, -1, 4, -1), atol=1e-4)


def test_opposite_rotations_cancel_and_no_transform_mirrors():
    smooth = torch.nn.functional.avg_pool2d(pictures(8), 9, 1, 4)
    turn = moved(smooth, (0.0, 0.0, 1.0, 0.0, 0.0, 0.0))
    back = moved(turn, (0.0, 0.0, -1.0, 0.0, 0.0, 0.0))
    inner = (slice(None), slice(None), slice(6, -6), slice(6, -6))
    assert (back - smooth)[inner].abs().mean() < 0.4 * (turn - smooth)[inner].abs().mean()
    draws = 2 * torch.rand(6, 500, generator=rng()) - 1
    maps = _maps(draws, torch.ones(4, 500), 28)
    area = torch.linalg.det(maps[:, :, :2])
    assert 0.7 < area.min() and area.max() < 1.4  # below 0 it would be a mirror


def test_geometric_transforms_are_twice_differentiable():
    """R1 needs a gradient of a gradient, here of a function not linear in the pixels."""
    images = pictures(2, side=6).double().requires_grad_()
    amounts = (0.4, -0.3, 0.8, 0.5, -0.9, 0.7)
    assert torch.autograd.gradcheck(lambda x: moved(x, amounts).square(), (images,))
    assert torch.autograd.gradgradcheck(lambda x: moved(x, amounts).pow(3), (images,))


def test_the_transforms_do_not_depend_on_the_images():
    """D must not distinguish real and fake batches by their augmentation."""
    one, other = pictures(64), torch.full((64, 1, 28, 28), 0.7)
    generators = rng(4), rng(4)
    holes = [augment(x, 1.0, g) == 0 for x, g in zip((one, other), generators, strict=True)]
    assert torch.equal(*holes)  # equal random numbers cut and move equal pixels
    assert torch.equal(*(g.get_state() for g in generators))


def test_gradients_reach_the_visible_pixels_only():
    images = pictures(16).requires_grad_()
    found = augment(images, 1.0, rng())
    (gradient,) = torch.autograd.grad(found.sum(), images)
    assert gradient.isfinite().all() and (gradient.abs().sum((1, 2, 3)) > 0).all()
    direction, step = torch.randn(images.shape, generator=rng(5)), 1e-2
    slope = (augment(images + step * direction, 1.0, rng()) - found).sum().item() / step
    assert slope == pytest.approx((gradient * direction).sum().item(), rel=1e-2, abs=0.1)


def test_d_sees_augmented_real_and_fake_images_and_g_gets_its_gradient_through_them(
    tiny_data, monkeypatch
):
    seen: list[int] = []

    def spy(images, probability, generator):
        assert probability == 0.5
        seen.append(images.requires_grad)
        return augment(images, probability, generator)

    monkeypatch.setattr("gan.training.trainer.augment", spy)
    trainer = make(tiny_data, augment=0.5)
    trainer.step_D()
    assert seen == [False, False]  # real, fake
    trainer.step_G()
    assert seen[2:] == [True]
    seen.clear()
    make(tiny_data, augment=0.5, loss="relativistic").step_G()
    assert seen == [True, False]


def test_off_it_draws_no_random_number_and_on_it_resumes_bit_for_bit(tiny_data, monkeypatch):
    plain = make(tiny_data)
    with monkeypatch.context() as patch:
        patch.setattr("gan.training.trainer.augment", None)  # would raise if it were called
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


def test_old_runs_without_the_setting_load_with_augmentation_off():
    values = preset("article").to_json()
    del values["augment"], values["augment_target"], values["train_images"]
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


def test_few_images_are_balanced_over_the_classes(tiny_data):
    many = tiny_data.labels.bincount(minlength=10)
    for count in (50, 53, 200, 255):
        few = tiny_data.subset(count, 3).labels.bincount(minlength=10)
        assert few.sum() == count
        short = few < few.max() - 1
        assert torch.equal(few[short], many[short])  # only classes that have no more images
    odd = {tuple(tiny_data.subset(53, seed).labels.bincount().tolist()) for seed in range(5)}
    assert len(odd) > 1  # the seed decides which class has one more


def test_subsets_of_one_seed_are_nested(tiny_data):
    few, more = (pixels(tiny_data.subset(count, 7)) for count in (30, 90))
    assert len(few) == 30 and few < more


def pixels(data):
    return {image.numpy().tobytes() for image in data.images}


def both(data):
    return data.images, data.labels


@pytest.mark.parametrize("count", [1, 9])
def test_too_few_images_are_refused_with_the_range(count):
    with pytest.raises(ConfigError, match=f"train_images is {count}; it must be 10 or more, or 0"):
        Config(train_images=count)
