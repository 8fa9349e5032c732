"""Every loss against its formula, computed by hand or in plain Python."""

import math

import pytest
import torch
from torch import tensor
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan.config import CHOICES
from gan.training.losses import LOSSES, r1_penalty

REAL, FAKE = [2.0, -1.0, 0.25], [0.5, -3.0, 1.5]


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def mean(values) -> float:
    return math.fsum(values) / len(REAL)


FORMULAS = {
    "non-saturating": (
        mean(softplus(-r) for r in REAL) + mean(softplus(f) for f in FAKE),
        mean(softplus(-f) for f in FAKE),
    ),
    # by hand: real 0 + 2 + 0.75, fakes 1.5 + 0 + 2.5; their mean is -1/3
    "hinge": (2.75 / 3 + 4 / 3, 1 / 3),
    "relativistic": (
        mean(softplus(f - r) for r, f in zip(REAL, FAKE, strict=True)),
        mean(softplus(r - f) for r, f in zip(REAL, FAKE, strict=True)),
    ),
    # by hand: (1 + 4 + 0.5625) / 3, (0.25 + 9 + 2.25) / 3 and (0.25 + 16 + 0.25) / 3, halved
    "least-squares": (5.5625 / 6 + 11.5 / 6, 16.5 / 6),
}


def test_every_loss_of_the_config_is_tested():
    assert set(LOSSES) == set(CHOICES["loss"]) == set(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_closed_form(name):
    wanted_d, wanted_g = FORMULAS[name]
    assert LOSSES[name].d(tensor(REAL), tensor(FAKE)).item() == pytest.approx(wanted_d, rel=1e-5)
    assert LOSSES[name].g(tensor(REAL), tensor(FAKE)).item() == pytest.approx(wanted_g, rel=1e-5)


def test_non_saturating_is_binary_cross_entropy():
    real, fake = tensor(REAL), tensor(FAKE)
    wanted = bce(real, torch.ones(3)) + bce(fake, torch.zeros(3))
    torch.testing.assert_close(LOSSES["non-saturating"].d(real, fake), wanted)


def test_the_losses_of_an_undecided_discriminator_have_the_textbook_values():
    zero = torch.zeros(4)
    at_zero = {
        name: (loss.d(zero, zero).item(), loss.g(zero, zero).item())
        for name, loss in LOSSES.items()
    }
    log2 = math.log(2)
    assert at_zero["non-saturating"] == pytest.approx((2 * log2, log2))
    assert at_zero["hinge"] == (2, 0)
    assert at_zero["relativistic"] == pytest.approx((log2, log2))
    assert at_zero["least-squares"] == (0.5, 0.5)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_d_and_g_have_opposite_signs(name):
    real, fake = torch.zeros(2, requires_grad=True), torch.zeros(2, requires_grad=True)
    up, down = torch.autograd.grad(LOSSES[name].d(real, fake), (real, fake))
    # the least-squares loss of D is minimal for a fake scored 0
    assert (up < 0).all() and ((down > 0).all() or name == "least-squares")
    (pull,) = torch.autograd.grad(LOSSES[name].g(real.detach(), fake), fake)
    assert (pull < 0).all()


def test_g_has_a_gradient_when_d_rejects_its_fakes():
    fake = tensor([-30.0], requires_grad=True)
    (pull,) = torch.autograd.grad(LOSSES["non-saturating"].g(fake.detach(), fake), fake)
    assert pull.item() == pytest.approx(-1)


def test_hinge_has_no_gradient_beyond_its_margin():
    real, fake = tensor([1.5], requires_grad=True), tensor([-1.5], requires_grad=True)
    loss = LOSSES["hinge"].d(real, fake)
    assert loss.item() == 0
    assert all(g.item() == 0 for g in torch.autograd.grad(loss, (real, fake)))


@pytest.mark.parametrize("name", LOSSES)
def test_confident_scores_stay_finite(name):
    high, low = torch.full((2,), 1e4), torch.full((2,), -1e4)
    for loss in LOSSES[name]:
        assert loss(high, low).isfinite() and loss(low, high).isfinite()


def test_r1_of_a_linear_d_is_the_squared_norm_of_its_weights():
    weights = torch.randn(1, 4, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    images = torch.rand(5, 1, 4, 4, requires_grad=True)
    penalty = r1_penalty((images * weights).sum((1, 2, 3)), images)
    torch.testing.assert_close(penalty, weights.square().sum())
    (gradient,) = torch.autograd.grad(
        penalty, weights
    )  # differentiable with respect to D's weights
    torch.testing.assert_close(gradient, 2 * weights.detach())


def test_r1_of_a_quadratic_d_is_the_mean_squared_norm_of_the_images():
    images = torch.rand(5, 3, 2, 2, requires_grad=True)
    penalty = r1_penalty(0.5 * images.square().sum((1, 2, 3)), images)
    torch.testing.assert_close(penalty, images.square().sum((1, 2, 3)).mean())
