"""Manual steps equal the steps of training, and their reported changes are right."""

import math

import numpy as np
import pytest
import torch

from gan.models.blocks import blocks_of
from gan.models.networks import make_discriminator, make_generator
from gan.presets import PRESETS, preset
from gan.training.manual_step import SHOWN, look, manual_step
from gan.training.schedule import REWARM
from gan.training.trainer import Trainer
from tests.moving_digits import moving

CPU = torch.device("cpu")
LENGTH = {"batch_size": 8, "steps": 20}
SMALL = {**LENGTH, "width": 4, "z_dim": 8}
DIGITS = {**SMALL, "data": "mnist", "image_size": 28}
CLIPS = {**SMALL, "z_dim": 14, "motion_dim": 6}


def make(data, name: str = "default", **changes) -> Trainer:
    small = {"article": LENGTH, "video": CLIPS, "large-images": DIGITS}.get(name, SMALL)
    data = moving(data) if name == "video" else data
    return Trainer(preset(name, **{**small, **changes}), data, CPU)


def frozen(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.state_dict()["tensors"].items()}


def differing(one: dict, other: dict) -> set[str]:
    assert one.keys() == other.keys()
    return {name for name in one if not torch.equal(one[name], other[name])}


@pytest.mark.parametrize("name", PRESETS)
def test_manual_steps_of_d_and_g_are_one_step_of_training(tiny_data, name):
    manual, straight = make(tiny_data, name), make(tiny_data, name)
    for step in range(1, 3):
        d, g = manual_step(manual, "D"), manual_step(manual, "G")
        straight.step()
        assert (d.step, g.step, manual.step_count) == (step - 1, step, step)
    assert not differing(frozen(manual), frozen(straight))


def test_the_learning_rate_decays_in_manual_steps_too(tiny_data):
    manual, straight = (make(tiny_data, lr_schedule="linear", steps=4) for _ in range(2))
    for _ in range(4):
        manual_step(manual, "D"), manual_step(manual, "G")
        straight.step()
    assert not differing(frozen(manual), frozen(straight))


@pytest.mark.parametrize("who", ["D", "G"])
def test_a_step_past_the_goal_learns_at_the_rate_of_a_resumed_run(tiny_data, who):
    trainer = make(tiny_data, lr_schedule="linear", steps=2)
    trainer.step_count = 2
    made = manual_step(trainer, who)
    assert all(moved.share > 0 for moved in made.moved)
    optimiser = trainer.opt_D if who == "D" else trainer.opt_G
    full = trainer.config.lr_d if who == "D" else trainer.config.lr_g
    assert optimiser.param_groups[0]["lr"] == pytest.approx(REWARM * full)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size", [28, 64])
def test_the_blocks_are_the_networks(name, size):
    config = preset(name, **{"image_size": size} | ({} if name == "article" else {"width": 4}))
    classes = torch.zeros(2, config.classes)
    images, told = torch.zeros(2, config.channels, size, size), (classes,)
    if config.motion_dim:
        images, told = (
            images[:, None].repeat(1, 3, 1, 1, 1),
            (classes, torch.arange(6.0).view(2, 3)),
        )
    check_blocks(config, "G", make_generator(config), (torch.zeros(2, config.z_dim), classes))
    check_blocks(config, "D", make_discriminator(config), (images, *told))


def check_blocks(config, who, network, inputs):
    sizes, blocks = {}, blocks_of(config, who)
    for path, module in network.named_modules():
        module.register_forward_hook(
            lambda _, __, out, path=path: sizes.update({path: out[0].numel()})
        )
    network(*inputs)
    for block in blocks:  # the output of the last one is that of the network
        last = "" if block is blocks[-1] else block.modules[-1]
        assert sizes[last] == math.prod(block.shape), block
    for weight, _ in network.named_parameters():
        assert sum(block.owns(weight) for block in blocks) == 1, weight


def test_the_change_of_each_block_is_reported(tiny_data):
    trainer = make(tiny_data)
    for who, network in (("D", trainer.D), ("G", trainer.G)):
        blocks = blocks_of(trainer.config, who)
        before = [weight.detach().clone() for weight in network.parameters()]
        made = manual_step(trainer, who)
        assert len(made.moved) == len(blocks)
        for moved, block in zip(made.moved, blocks, strict=True):
            mine = [
                (weight.detach(), past)
                for (name, weight), past in zip(network.named_parameters(), before, strict=True)
                if block.owns(name)
            ]
            change = torch.cat([(w - past).flatten() for w, past in mine]).norm()
            length = torch.cat([past.flatten() for _, past in mine]).norm()
            assert moved.share == pytest.approx((change / length).item(), rel=1e-4)
            assert moved.share > 0 and moved.gradient > 0


def test_a_step_of_d_changes_no_fakes_and_one_of_g_no_probabilities_of_real_images(tiny_data):
    trainer = make(tiny_data)
    d, g = manual_step(trainer, "D"), manual_step(trainer, "G")
    np.testing.assert_array_equal(d.before.fake, d.after.fake)
    assert (d.before.d_real != d.after.d_real).all()
    assert (g.before.fake != g.after.fake).any()
    np.testing.assert_array_equal(g.before.d_real, g.after.d_real)
    np.testing.assert_array_equal(d.after.d_fake, g.before.d_fake)
    for seen in (d.before, d.after, g.before, g.after):
        assert seen.fake.shape == (SHOWN, 28, 28, 1) and seen.fake.dtype == np.uint8
        for beliefs in (seen.d_real, seen.d_fake):
            assert beliefs.shape == (SHOWN,) and (beliefs >= 0).all() and (beliefs <= 1).all()


def test_the_evaluated_images_are_the_same_throughout_a_run(tiny_data):
    trainer, resumed = make(tiny_data), make(tiny_data)
    first = manual_step(trainer, "D")
    for _ in range(3):
        trainer.step()
    resumed.load_state_dict(trainer.state_dict())
    one, other = manual_step(trainer, "D"), manual_step(resumed, "D")
    np.testing.assert_array_equal(first.real, one.real)
    np.testing.assert_array_equal(one.real, other.real)
    np.testing.assert_array_equal(one.before.fake, other.before.fake)
    assert first.classes == one.classes == tuple(range(SHOWN))
    shown = tiny_data.images.permute(0, 2, 3, 1).numpy()
    for image, label in zip(one.real, one.classes, strict=True):
        found = (shown == image).all((1, 2, 3)).nonzero()[0]
        assert label in tiny_data.labels[found]


@pytest.mark.parametrize("name", ["default", "article"])
def test_each_network_lowers_its_own_loss(tiny_data, name):
    """On average over steps: the evaluated batch is not the training batch."""
    trainer = make(tiny_data, name, batch_size=32)
    fell = {"D": 0.0, "G": 0.0}
    for _ in range(8):
        for who, loss in (("D", "loss_d"), ("G", "loss_g")):
            made = manual_step(trainer, who)
            fell[who] += getattr(made.before, loss) - getattr(made.after, loss)
    assert fell["D"] > 0 and fell["G"] > 0


def test_evaluating_changes_nothing(tiny_data):
    trainer = make(tiny_data)
    trainer.step()
    before = frozen(trainer)
    seen, then = look(trainer), manual_step(make(tiny_data), "D")
    assert not differing(before, frozen(trainer)) and trainer.step_count == seen.step == 1
    assert seen.who == "" and seen.moved == () and seen.before is seen.after
    np.testing.assert_array_equal(seen.real, then.real)
    np.testing.assert_array_equal(manual_step(trainer, "D").before.d_fake, seen.after.d_fake)


def test_an_unconditional_run_has_no_classes(tiny_data):
    assert manual_step(make(tiny_data, "article"), "G").classes == ()


def test_only_d_and_g_can_be_stepped(tiny_data):
    trainer = make(tiny_data)
    before = frozen(trainer)
    with pytest.raises(ValueError, match="D or G"):
        manual_step(trainer, "ema")
    assert not differing(before, frozen(trainer))
