"""One training step at a time: networks, optimisers, EMA and random numbers, nothing else.

It knows no thread, no file and no page. `step()` returns numbers; whoever calls it decides when to
stop, save or show.
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gan.config import Config
from gan.data.image_set import ImageSet
from gan.models.networks import make_discriminator, make_generator
from gan.system.machine import choose_device, has_bfloat16
from gan.training.adam import Adam
from gan.training.adaptive_augment import AdaptiveAugment, check_state
from gan.training.augment import disturbed
from gan.training.live_settings import changed, difference
from gan.training.losses import LOSSES, r1_penalty
from gan.training.optimizer_state import below, check_moments, check_shapes, load_moments, moments


@dataclass(frozen=True)
class StepStats:
    """One step's numbers: losses, and D's mean belief (0..1) that real and fake are real."""

    step: int
    loss_g: float
    loss_d: float
    d_real: float
    d_fake: float


class Batch(NamedTuple):
    """Real images (b,c,h,w), their classes (b,classes), and G's of the same: with its graph."""

    images: Tensor
    classes: Tensor
    fakes: Tensor


class Trainer:
    """Trains G against D; `ema` is the smoothed copy of G that is shown and used.

    The same config, data and machine give the same weights: every random number comes from
    `rng`, a CPU generator whose state is part of `state_dict()`. `done`, 0..1, is set by whoever
    trains for a time: the share of it that is over, which the learning rates then follow instead of
    `config.steps`.
    """

    def __init__(self, config: Config, data: ImageSet, device: torch.device | None = None) -> None:
        self.config, self.step_count = config, 0
        self.done: float | None = None
        self.data = data.subset(config.train_images, config.seed)
        self.device = device or choose_device()
        quick = {"device": self.device, "memory_format": torch.channels_last}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.G = make_generator(config).to(**quick)
            self.D = make_discriminator(config).to(**quick)
        self.ema = copy.deepcopy(self.G).eval().requires_grad_(False)
        self.rng = torch.Generator().manual_seed(config.seed)
        betas = (config.beta1, config.beta2)
        fused = self.device.type != "mps"
        self.opt_G = Adam(self.G.parameters(), config.lr_g, betas, fused=fused)
        self.opt_D = Adam(self.D.parameters(), config.lr_d, betas, fused=fused)
        self.loss = LOSSES[config.loss]
        self.is_bfloat16 = config.precision == "bfloat16" or (
            config.precision == "auto" and has_bfloat16(self.device)
        )
        self.adaptive = AdaptiveAugment(config.augment)
        self._seen: Batch | None = None  # what D has moved on since G last moved

    def step(self) -> StepStats:
        """`d_steps_per_g_step` steps of D, then one of G, then the EMA."""
        self._set_learning_rates()
        for _ in range(self.config.d_steps_per_g_step):
            loss_d, real, fake = self.step_D()
        loss_g = self.step_G()
        self._update_ema()
        self.step_count += 1
        numbers = torch.stack([loss_g, loss_d, real.sigmoid().mean(), fake.sigmoid().mean()])
        numbers = self._agreed(numbers)
        return StepStats(self.step_count, *numbers.tolist())

    def step_D(self) -> tuple[Tensor, Tensor, Tensor]:
        """Move D alone. Returns its loss and its scores (b,) of the real and the fake batch."""
        self._seen = self._batch()
        images, classes, fakes = self._seen
        images, fakes = self._shown(images), self._shown(fakes.detach())
        images = images.detach().requires_grad_(self.has_r1)
        real, fake = self._scores(images, classes), self._scores(fakes, classes)
        loss = total = self.loss.d(real, fake)
        if self.has_r1:
            weight = 0.5 * self.config.r1_gamma * self.config.r1_every
            total = loss + weight * r1_penalty(real, images)
        self._descend(total, self.opt_D)
        real, fake = self._whole(real.detach(), fake.detach())
        if self.config.augment_target:
            self.adaptive.see(real, fake, self.config.loss, self.config.augment_target)
        return loss.detach(), real, fake

    def step_G(self) -> Tensor:
        """Move G alone, by the images D has just moved on, else by new ones. Returns its loss.

        To draw others would take a tenth of a step's time, and the results were no better for it.
        """
        (images, classes, fakes), self._seen = self._seen or self._batch(), None
        self.D.requires_grad_(False)
        try:
            fake = self._scores(self._shown(fakes), classes)
            real = fake.detach()
            if self.config.loss == "relativistic":  # the others do not compare with real_features
                real = self._scores(self._shown(images), classes)
            loss = self.loss.g(real, fake)
            self._descend(loss, self.opt_G)
        finally:  # a step that raised may be taken again
            self.D.requires_grad_(True)
        return loss.detach()

    def _batch(self) -> Batch:
        """Real images, and G's of new latents and the same classes."""
        images, classes = self._real_batch()
        with self._mixed_precision():
            return Batch(images, classes, self.G(self._z(), classes).float())

    def _scores(self, images: Tensor, classes: Tensor) -> Tensor:
        """D's scores, float32: the losses and the norm of R1's gradient need the precision."""
        with self._mixed_precision():
            return self.D(images, classes).float()

    def _mixed_precision(self) -> torch.autocast:
        """Weights, their moments and the EMA stay float32 (Micikevicius et al. 2018)."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_bfloat16)

    # these five do more where several processes train together: see gan.training.cluster

    def _descend(self, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
        """Move the optimiser's weights down the gradient of `loss`."""
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def _whole(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """D's scores of the whole batch."""
        return real, fake

    def _agreed(self, numbers: Tensor) -> Tensor:
        """A step's numbers, of the whole batch."""
        return numbers

    def _share(self, drawn: Tensor) -> Tensor:
        """What this process takes of the random numbers drawn for the whole batch."""
        return drawn

    def _own_rng(self) -> torch.Generator:
        """For random numbers that this process draws for its share alone."""
        return self.rng

    def _real_batch(self) -> tuple[Tensor, Tensor]:
        index = torch.randint(len(self.data.labels), (self.config.batch_size,), generator=self.rng)
        images, labels = self.data.batch(self._share(index))
        return images.to(self.device), self._classes(labels)

    def _classes(self, labels: Tensor) -> Tensor:
        if not self.config.classes:
            return torch.zeros(len(labels), 0, device=self.device)
        return one_hot(labels, self.config.classes).float().to(self.device)

    def _z(self) -> Tensor:
        shape = (self.config.batch_size, self.config.z_dim)
        return self._share(torch.randn(shape, generator=self.rng)).to(self.device)

    def _shown(self, images: Tensor) -> Tensor:
        """Images as D sees them in training. Without augmentation no random number is drawn."""
        chance = self.augment
        return disturbed(images, chance, self._own_rng()) if chance else images

    @property
    def has_r1(self) -> bool:
        """Whether the step to come has R1 in it."""
        return self.config.r1_gamma > 0 and self.step_count % self.config.r1_every == 0

    @property
    def augment(self) -> float:
        """The probability 0..1 of each disturbance at present, fixed or steered."""
        return self.adaptive.probability if self.config.augment_target else self.config.augment

    @torch.no_grad()
    def _update_ema(self) -> None:
        # early on a long memory would show mostly the random start
        decay = min(self.config.ema_decay, self.step_count / (self.step_count + 10))
        average, live = list(self.ema.parameters()), list(self.G.parameters())
        torch._foreach_lerp_(average, live, 1 - decay)
        for kept, new in zip(self.ema.buffers(), self.G.buffers(), strict=True):
            kept.copy_(new)

    def _set_learning_rates(self) -> None:
        scale = 1.0
        if self.config.lr_schedule == "linear":
            done = self.step_count / self.config.steps if self.done is None else self.done
            scale = max(0.0, min(1.0, 2 - 2 * done))
        self.opt_G.param_groups[0]["lr"] = self.config.lr_g * scale
        self.opt_D.param_groups[0]["lr"] = self.config.lr_d * scale

    def configure(self, config: Config) -> None:
        """Go on under a config that differs only in what `gan.training.live_settings` lets change.

        Raises:
            ValueError: it is for other networks, data or a batch of another size.
        """
        if changed(self.config, difference(self.config, config)) != config:
            raise ValueError("the config is that of another run")
        if config.augment != self.config.augment or not self.config.augment_target:
            self.adaptive.start(config.augment)
        self.config = config  # read anew in every step

    def is_finite(self) -> bool:
        """Whether every weight and every moment of the optimisers is a finite number."""
        tensors = self.state_dict()["tensors"].values()
        return all(bool(torch.isfinite(t).all()) for t in tensors if t.is_floating_point())

    def state_dict(self) -> dict[str, Any]:
        """All it takes to go on bit for bit: tensors by dotted name, and `step_count`."""
        tensors = {"rng": self.rng.get_state()}
        if self.config.augment_target:
            tensors["adaptive"] = self.adaptive.state()
        for name in ("G", "D", "ema"):
            module = getattr(self, name)
            tensors |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
        for name in ("opt_G", "opt_D"):
            for index, entries in moments(getattr(self, name), begun=self.step_count > 0).items():
                tensors |= {f"{name}.{index}.{key}": value for key, value in entries.items()}
        return {"tensors": tensors, "step_count": self.step_count, "config": asdict(self.config)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave.

        Raises:
            ValueError: tensors are missing, unknown or of another shape; nothing was changed.
        """
        tensors = state["tensors"]
        for name in ("G", "D", "ema"):
            check_shapes(name, getattr(self, name).state_dict(), tensors)
        for name in ("opt_G", "opt_D"):
            check_moments(name, getattr(self, name), tensors, begun=state["step_count"] > 0)
        rng, own = tensors.get("rng"), self.rng.get_state()
        if rng is None or rng.shape != own.shape or rng.dtype != own.dtype:
            raise ValueError("the state of the random numbers is missing")
        if "adaptive" in tensors:
            check_state(tensors["adaptive"])
        for name in ("G", "D", "ema"):
            getattr(self, name).load_state_dict(below(tensors, name))
        for name in ("opt_G", "opt_D"):
            load_moments(getattr(self, name), below(tensors, name))
        self.rng.set_state(tensors["rng"])
        self._seen = None
        if "adaptive" in tensors:
            self.adaptive.load(tensors["adaptive"])
        self.step_count = state["step_count"]
