"""Properties of training: reproducible, resumable bit for bit, one network per update."""

import copy
import math

import pytest
import torch

from gan.config import Config
from gan.presets import preset
from gan.training.trainer import Trainer
from tests.moving_digits import moving

CPU = torch.device("cpu")
SMALL = {"width": 4, "z_dim": 8, "batch_size": 8, "steps": 20}
KINDS = {
    "default": SMALL,
    "article": {"batch_size": 8, "steps": 20},
    "unconditional": SMALL,
    "hinge-spectral": SMALL,
    "relativistic-r1": {**SMALL, "r1_every": 3},
    "video": {**SMALL, "z_dim": 14, "motion_dim": 6, "augment": 0.5},
}


def make(data, name: str = "default", **changes) -> Trainer:
    data = moving(data) if name == "video" else data
    return Trainer(preset(name, **{**KINDS[name], **changes}), data, CPU)


def run(trainer: Trainer, steps: int) -> Trainer:
    for _ in range(steps):
        trainer.step()
    return trainer


def frozen(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in trainer.state_dict()["tensors"].items()}


def differing(one: dict, other: dict) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if not torch.equal(one[name], other[name])]


def parameters(module: torch.nn.Module) -> list[torch.Tensor]:
    return [value.detach().clone() for value in module.parameters()]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", KINDS)
def test_the_same_seed_gives_the_same_weights(tiny_data, name):
    one, other = run(make(tiny_data, name), 7), run(make(tiny_data, name), 7)
    assert not differing(frozen(one), frozen(other))


def test_another_seed_gives_another_run(tiny_data):
    one, other = run(make(tiny_data), 1), run(make(tiny_data, seed=1), 1)
    assert {"rng", "G.fc.weight", "D.out.weight", "ema.fc.weight"} <= set(
        differing(frozen(one), frozen(other))
    )


def test_the_global_random_state_is_neither_used_nor_changed(tiny_data):
    torch.manual_seed(1)
    one = run(make(tiny_data), 2)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    other = run(make(tiny_data), 2)
    assert torch.equal(before, torch.get_rng_state())
    assert not differing(frozen(one), frozen(other))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_ten_steps_equal_five_and_after_a_reload_five_more(tiny_data, name, schedule):
    changes = {"lr_schedule": schedule, "steps": 10}
    straight = run(make(tiny_data, name, **changes), 5)
    reloaded = make(tiny_data, name, **changes)
    reloaded.load_state_dict(straight.state_dict())
    assert reloaded.step_count == 5
    assert not differing(frozen(straight), frozen(reloaded))
    for _ in range(5):
        assert straight.step() == reloaded.step()
    assert not differing(frozen(straight), frozen(reloaded))


def test_a_state_can_be_loaded_into_a_trainer_at_another_state(tiny_data):
    wanted = make(tiny_data)
    strayed = run(make(tiny_data, seed=3), 4)
    strayed.load_state_dict(wanted.state_dict())  # from before the first step: no Adam moments yet
    assert not differing(frozen(run(wanted, 3)), frozen(run(strayed, 3)))


def test_a_step_of_d_does_not_change_g_and_vice_versa(tiny_data):
    trainer = run(make(tiny_data), 2)
    G, D = parameters(trainer.G), parameters(trainer.D)
    trainer.step_D()
    assert same(G, parameters(trainer.G)) and not same(D, parameters(trainer.D))
    D = parameters(trainer.D)
    trainer.step_G()
    assert same(D, parameters(trainer.D)) and not same(G, parameters(trainer.G))


def test_the_ema_lies_between_its_previous_value_and_the_present_weights(tiny_data):
    trainer = run(make(tiny_data, ema_decay=0.9), 15)
    before = parameters(trainer.ema)
    trainer.step()
    triples = zip(before, parameters(trainer.ema), parameters(trainer.G), strict=True)
    for past, average, live in triples:
        low, high = torch.minimum(past, live), torch.maximum(past, live)
        assert (average >= low - 1e-6).all() and (average <= high + 1e-6).all()
    assert not same(before, parameters(trainer.ema))
    assert not same(parameters(trainer.G), parameters(trainer.ema))
    buffers = [list(module.buffers()) for module in (trainer.ema, trainer.G)]
    assert same(*buffers)


def test_the_ema_has_the_weights_given_by_its_decay(tiny_data):
    trainer = run(make(tiny_data, ema_decay=0.5), 20)
    past, live = parameters(trainer.ema), None
    trainer.step()
    live = parameters(trainer.G)
    for a, b, c in zip(past, live, parameters(trainer.ema), strict=True):
        torch.testing.assert_close(c, 0.5 * a + 0.5 * b)


def test_without_averaging_the_ema_equals_g(tiny_data):
    trainer = run(make(tiny_data, "article"), 3)
    assert same(parameters(trainer.ema), parameters(trainer.G))


def test_g_trains_on_the_last_batch_of_d(tiny_data, monkeypatch):
    trainer, drawn = make(tiny_data), []
    monkeypatch.setattr(trainer, "_z", lambda: drawn.append(Trainer._z(trainer)) or drawn[-1])
    run(trainer, 3)
    assert len(drawn) == 3
    trainer.step_G()  # a step of G alone draws a new batch each time
    trainer.step_G()
    assert len(drawn) == 5


def test_loading_a_state_discards_the_last_batch_of_d(tiny_data):
    fresh, strayed = make(tiny_data), make(tiny_data, seed=3)
    strayed.step_D()
    strayed.load_state_dict(fresh.state_dict())
    assert fresh.step_G() == strayed.step_G()
    assert not differing(frozen(fresh), frozen(strayed))


@pytest.mark.parametrize("times", [1, 3])
def test_d_takes_the_configured_number_of_steps(tiny_data, times):
    trainer, made = make(tiny_data, d_steps_per_g_step=times), []
    for name in ("step_D", "step_G"):
        original = getattr(trainer, name)
        setattr(trainer, name, lambda name=name, f=original: (made.append(name), f())[1])
    trainer.step()
    assert made == ["step_D"] * times + ["step_G"]


@pytest.mark.parametrize("loss", ["non-saturating", "hinge", "relativistic", "least-squares"])
@pytest.mark.parametrize("r1_gamma", [0.0, 10.0])
def test_every_loss_gives_finite_numbers(tiny_data, loss, r1_gamma):
    trainer = make(tiny_data, loss=loss, r1_gamma=r1_gamma, r1_every=2, d_norm="none")
    for index in range(6):
        stats = trainer.step()
        assert stats.step == index + 1
        numbers = (stats.loss_g, stats.loss_d, stats.d_real, stats.d_fake)
        assert all(type(n) is float and math.isfinite(n) for n in numbers)
        assert 0 <= stats.d_real <= 1 and 0 <= stats.d_fake <= 1


def test_r1_is_applied_every_few_steps(tiny_data):
    settings = {"loss": "relativistic", "d_norm": "none", "r1_every": 3}
    plain, with_r1 = (make(tiny_data, r1_gamma=gamma, **settings) for gamma in (0.0, 50.0))
    moved = []
    for _ in range(4):
        state = copy.deepcopy(plain.state_dict())
        with_r1.load_state_dict(state)
        plain.step(), with_r1.step()
        moved.append(not same(parameters(plain.D), parameters(with_r1.D)))
    assert moved == [True, False, False, True]


def test_r1_reduces_the_gradient_of_d_at_real_images(tiny_data):
    def slope(gamma: float) -> float:
        trainer = make(tiny_data, d_norm="none", r1_gamma=gamma, r1_every=1, conditional=False)
        run(trainer, 20)
        images = tiny_data.batch(torch.arange(64))[0].requires_grad_(True)
        scores = trainer.D(images, torch.zeros(64, 0))
        (gradient,) = torch.autograd.grad(scores.sum(), images)
        return gradient.square().sum().item()

    assert slope(100.0) < 0.5 * slope(0.0)


def test_the_linear_schedule_is_constant_and_then_decays_to_zero(tiny_data):
    trainer, rates = make(tiny_data, lr_schedule="linear", steps=8), []
    for _ in range(9):
        trainer.step()
        rates.append(trainer.opt_G.param_groups[0]["lr"] / trainer.config.lr_g)
    assert rates == pytest.approx([1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0])


def test_training_improves_the_samples(tiny_data):
    trainer = make(tiny_data, width=8, batch_size=32, steps=120)
    real = tiny_data.images.float().mean(0)
    z, classes = torch.randn(64, 8), torch.eye(10)[torch.arange(64) % 10]

    def distance() -> float:
        with torch.no_grad():
            fake = trainer.ema(z, classes).add(1).mul(127.5).mean(0)
        return (fake - real).abs().mean().item()

    before = distance()
    run(trainer, 120)
    assert distance() < before / 3


def damaged_states(state: dict):
    """Yield states that are each invalid in one respect."""
    for name, change in {
        "missing weight": lambda t: t.pop("G.fc.weight"),
        "missing average": lambda t: t.pop("ema.fc.weight"),
        "unknown weight": lambda t: t.update({"D.more.weight": torch.zeros(1)}),
        "weight of another shape": lambda t: t.update({"D.out.weight": torch.zeros(1, 3)}),
        "missing rng": lambda t: t.pop("rng"),
        "rng of another length": lambda t: t.update(rng=t["rng"][:-1]),
        "rng of another type": lambda t: t.update(rng=t["rng"].float()),
        "missing moment": lambda t: t.pop("opt_G.0.exp_avg"),
        "missing moments of one optimiser": lambda t: [
            t.pop(key) for key in list(t) if key.startswith("opt_D.")
        ],
        "moment of another shape": lambda t: t.update({"opt_D.0.exp_avg": torch.zeros(2)}),
        "moment of no parameter": lambda t: t.update({"opt_D.99.exp_avg": torch.zeros(2)}),
        "moment without a number": lambda t: t.update({"opt_D.x.exp_avg": torch.zeros(2)}),
    }.items():
        damaged = copy.deepcopy(state)
        change(damaged["tensors"])
        yield pytest.param(damaged, id=name)


def small_state() -> dict:
    from gan.data.image_set import ImageSet

    noise = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (16, 1, 28, 28), generator=noise).byte()
    return run(make(ImageSet("mnist", images, torch.arange(16) % 10)), 2).state_dict()


@pytest.mark.parametrize("damaged", list(damaged_states(small_state())))
def test_a_damaged_state_is_refused_and_changes_nothing(tiny_data, damaged):
    trainer = run(make(tiny_data, seed=5), 1)
    before = frozen(trainer)
    with pytest.raises(ValueError):
        trainer.load_state_dict(damaged)
    assert trainer.step_count == 1
    assert not differing(before, frozen(trainer))


def test_a_state_of_another_width_is_refused_and_changes_nothing(tiny_data):
    trainer = run(make(tiny_data), 1)
    before = frozen(trainer)
    with pytest.raises(ValueError, match="do not fit"):
        trainer.load_state_dict(make(tiny_data, width=8).state_dict())
    assert not differing(before, frozen(trainer))


def test_the_state_has_the_config(tiny_data):
    trainer = make(tiny_data)
    assert Config.from_json(trainer.state_dict()["config"]) == trainer.config


def test_all_frames_of_a_clip_are_augmented_alike(tiny_data, monkeypatch):
    """Otherwise D would see a motion that the clip does not have."""
    trainer = make(tiny_data, "video", augment=1.0)
    seen = []
    monkeypatch.setattr(trainer, "_scores", lambda *batch: seen.append(batch) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trainer.step_D()
    (clips, (classes, times)), *_ = seen
    assert clips.shape == (8, 3, 1, 32, 32) and classes.shape == (8, 10) and times.shape == (8, 3)
    # a tint adds the same to every frame, and a hole is in the same place
    corners = clips[:, :, 0, 0, 0]
    holes = (clips == 0).all(2).flatten(2).float()
    both = (holes[:, 0] * holes[:, 1]).sum(1) / holes.sum(2).amax(1).clamp(min=1)
    assert (corners[:, 0] - corners[:, 1]).abs().median() < 0.05
    assert both.mean() > 0.9


def test_speeds_are_learned_from_d(tiny_data):
    trainer = run(make(tiny_data, "video"), 2)
    weights = list(trainer.G.motion.parameters())
    assert weights and all(weight.grad.abs().sum() > 0 for weight in weights)
    assert any(
        not torch.equal(a, b) for a, b in zip(weights, trainer.ema.motion.parameters(), strict=True)
    )
