"""Adaptive augmentation follows D's confidence on real images, and is saved with the run."""

import pytest
import torch

from gan.config import Config, ConfigError
from gan.presets import preset
from gan.training.adaptive_augment import EVERY, RAMP, AdaptiveAugment
from gan.training.live_settings import changed
from gan.training.losses import LOSSES
from gan.training.trainer import Trainer

SMALL = {"width": 4, "z_dim": 8, "batch_size": 8, "steps": 20}
TARGET = 0.6


def make(data, **changes) -> Trainer:
    return Trainer(preset("default", **{**SMALL, **changes}), data, torch.device("cpu"))


def shown(share: float, loss: str, batches: int = EVERY) -> AdaptiveAugment:
    """Return the state after batches in which D accepts `share` of the real and no fake images."""
    found = AdaptiveAugment(0.5)
    real = torch.where(torch.arange(40) < 40 * share, 2.0, -2.0)
    if loss == "least-squares":
        real = real / 8 + 0.5  # halfway between 0 and 1
    if loss == "relativistic":
        real = real + 7  # relativistic scores have no zero point
    fake = real - 2.0 if share == 1 else real.mean().expand(40)
    for _ in range(batches):
        found.update(real, fake, loss, TARGET)
    return found


@pytest.mark.parametrize("loss", LOSSES)
def test_the_probability_rises_when_d_is_overconfident_and_falls_when_it_is_not(loss):
    sure, unsure = shown(1.0, loss), shown(0.5, loss)
    assert sure.r_t == 1 and sure.p > 0.5
    assert unsure.r_t == pytest.approx(0) and unsure.p < 0.5


def test_the_probability_is_constant_at_the_target_and_between_updates():
    assert shown(0.8, "hinge").r_t == pytest.approx(TARGET)
    for batches, changes in ((EVERY - 1, 0), (EVERY, 1), (2 * EVERY - 1, 1), (2 * EVERY, 2)):
        found = shown(1.0, "hinge", batches).p
        assert found == pytest.approx(0.5 + changes * 40 * EVERY / RAMP)


def test_the_probability_stays_between_0_and_1():
    for share, end in ((1.0, 1.0), (0.5, 0.0)):
        assert shown(share, "hinge", EVERY * RAMP // 40).p == end


def test_a_run_with_a_target_resumes_bit_for_bit_between_updates(tiny_data):
    straight = make(tiny_data, augment=0.2, augment_target=TARGET)
    for _ in range(EVERY + 2):
        straight.step()
    assert straight.augment_p != 0.2
    state = straight.state_dict()
    reloaded = make(tiny_data, augment=0.2, augment_target=TARGET)
    reloaded.load_state_dict(state)
    for _ in range(EVERY):
        assert straight.step() == reloaded.step()
        assert straight.augment_p == reloaded.augment_p
    one, other = straight.state_dict()["tensors"], reloaded.state_dict()["tensors"]
    assert one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)
    assert straight.is_finite()


def test_a_fixed_probability_is_constant_and_not_in_the_state(tiny_data):
    trainer = make(tiny_data, augment=0.2)
    for _ in range(EVERY):
        trainer.step()
    assert trainer.augment_p == 0.2 and "adaptive" not in trainer.state_dict()["tensors"]


def test_it_can_be_changed_during_a_run(tiny_data):
    trainer = make(tiny_data)
    trainer.configure(changed(trainer.config, {"augment": 0.4, "augment_target": TARGET}))
    assert trainer.augment_p == 0.4
    for _ in range(EVERY):
        trainer.step()
    reached = trainer.augment_p
    assert reached != 0.4
    trainer.configure(changed(trainer.config, {"augment_target": 0.7, "lr_g": 1e-4}))
    assert trainer.augment_p == reached  # a new target does not restart it
    trainer.configure(changed(trainer.config, {"augment": 0.9}))
    assert trainer.augment_p == 0.9
    trainer.configure(changed(trainer.config, {"augment_target": 0.0}))
    trainer.step()
    assert trainer.augment_p == 0.9


def test_an_invalid_state_is_refused_and_changes_nothing(tiny_data):
    trainer = make(tiny_data, augment_target=TARGET)
    before = trainer.state_dict()
    good = before["tensors"]["adaptive"]
    for index, value in ((0, 1.5), (0, float("nan")), (1, 2.0), (2, 9.0), (3, 4.0), (3, 0.5)):
        bad = good.clone()
        bad[index] = value
        broken = {**before, "tensors": {**before["tensors"], "adaptive": bad}}
        with pytest.raises(ValueError, match="augmentation is out of range"):
            trainer.load_state_dict(broken)
    for bad in (good[:3], good.float()):
        broken = {**before, "tensors": {**before["tensors"], "adaptive": bad}}
        with pytest.raises(ValueError, match="augmentation is out of range"):
            trainer.load_state_dict(broken)
    assert torch.equal(trainer.state_dict()["tensors"]["adaptive"], good)


def test_an_unreachable_target_is_refused():
    with pytest.raises(ConfigError, match="augment_target is 1"):
        Config(augment_target=1.0)
