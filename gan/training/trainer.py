"""The training step: networks, optimisers, EMA and random numbers.

The trainer has no thread and no files. `step()` returns numbers; the caller decides when to stop,
save or publish.
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from gan.config import Config
from gan.data.clips import FRAMES, random_times
from gan.data.image_set import ImageSet
from gan.models.networks import make_discriminator, make_generator
from gan.system.machine import choose_device, has_bfloat16
from gan.training.adam import Adam
from gan.training.adaptive_augment import AdaptiveAugment, check_state
from gan.training.augment import augment
from gan.training.live_settings import changed, difference
from gan.training.losses import LOSSES, r1_penalty
from gan.training.optimizer_state import below, check_shapes, load_moments, moments
from gan.training.schedule import Schedule

NETWORKS, OPTIMISERS = ("G", "D", "ema"), ("opt_G", "opt_D")
Conditions = tuple[Tensor, ...]  # one-hot classes (b,classes); of clips, also times (b,3)
# real images or clips, their conditions, and fakes under the same, with their graph
Batch = tuple[Tensor, Conditions, Tensor]


@dataclass(frozen=True)
class StepStats:
    """One step's losses, and D's mean probabilities, 0..1, that real and fake images are real."""

    step: int
    loss_g: float
    loss_d: float
    d_real: float
    d_fake: float


def generated(G: nn.Module, z: Tensor, conditions: Conditions) -> Tensor:
    """Return the images (b,c,h,w), or clips (b,3,c,h,w), that `G` makes of latents (b,z_dim)."""
    classes, *times = conditions
    if not times:
        return G(z, classes)
    frames = G(G.motion(z, *times).flatten(0, 1), classes.repeat_interleave(FRAMES, 0))
    return frames.unflatten(0, (-1, FRAMES))


class Trainer:
    """Trains G against D; `ema` is the moving average of G's weights that is shown and used.

    The same config, data and machine give the same weights: every random number comes from
    `rng`, a CPU generator whose state is part of `state_dict()`. The learning rates follow
    `schedule`, at first to the goal of `config`; the caller counts `elapsed_s`, the seconds of
    training, for a schedule in seconds, and saves both.
    """

    def __init__(self, config: Config, data: ImageSet, device: torch.device | None = None) -> None:
        self.config, self.step_count, self.elapsed_s = config, 0, 0.0
        self.schedule = Schedule.of_config(config)
        self.data = data.subset(config.train_images, config.seed)
        self.device = device or choose_device()
        placement = {"device": self.device, "memory_format": torch.channels_last}
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            self.G = make_generator(config).to(**placement)
            self.D = make_discriminator(config).to(**placement)
        self.ema = copy.deepcopy(self.G).eval().requires_grad_(False)
        self.rng = torch.Generator().manual_seed(config.seed)
        betas = (config.beta1, config.beta2)
        fused = self.device.type != "mps"
        self.opt_G = Adam(self.G.parameters(), config.lr_g, betas, fused=fused)
        self.opt_D = Adam(self.D.parameters(), config.lr_d, betas, fused=fused)
        self.loss = LOSSES[config.loss]
        precisions = {"float32": False, "bfloat16": True, "auto": has_bfloat16(self.device)}
        self.is_bfloat16 = precisions[config.precision]
        self.adaptive = AdaptiveAugment(config.augment)
        self._seen: Batch | None = None  # D's last batch, until G's step

    def step(self) -> StepStats:
        """Take `d_steps_per_g_step` steps of D and one of G, and update the EMA."""
        self._set_learning_rates()
        for _ in range(self.config.d_steps_per_g_step):
            loss_d, real, fake = self.step_D()
        loss_g = self.step_G()
        self._update_ema()
        self.step_count += 1
        numbers = torch.stack([loss_g, loss_d, real.sigmoid().mean(), fake.sigmoid().mean()])
        numbers = self._reduce(numbers)
        return StepStats(self.step_count, *numbers.tolist())

    def step_D(self) -> tuple[Tensor, Tensor, Tensor]:
        """Update D alone. Returns its loss and its scores (b,) of the real and the fake batch."""
        self._seen = self._batch()
        images, conditions, fakes = self._seen
        images, fakes = self._augmented(images), self._augmented(fakes.detach())
        images = images.detach().requires_grad_(self.has_r1)
        real, fake = self._scores(images, conditions), self._scores(fakes, conditions)
        loss = total = self.loss.d(real, fake)
        if self.has_r1:
            weight = 0.5 * self.config.r1_gamma * self.config.r1_every
            total = loss + weight * r1_penalty(real, images)
        self._backward_step(total, self.opt_D)
        real, fake = self._gather(real.detach(), fake.detach())
        if self.config.augment_target:
            self.adaptive.update(real, fake, self.config.loss, self.config.augment_target)
        return loss.detach(), real, fake

    def step_G(self) -> Tensor:
        """Update G alone, on the batch of D's last step if there is one. Returns its loss.

        A new batch would take a tenth of a step's time, and results were no better.
        """
        (images, conditions, fakes), self._seen = self._seen or self._batch(), None
        self.D.requires_grad_(False)
        try:
            fake = self._scores(self._augmented(fakes), conditions)
            real = fake.detach()
            if self.config.loss == "relativistic":  # other losses of G ignore the real scores
                real = self._scores(self._augmented(images), conditions)
            loss = self.loss.g(real, fake)
            self._backward_step(loss, self.opt_G)
        finally:  # a step that raised may be retried
            self.D.requires_grad_(True)
        return loss.detach()

    def _batch(self) -> Batch:
        index = torch.randint(len(self.data.labels), (self.config.batch_size,), generator=self.rng)
        times, rng = self.times(len(index), self.rng), self.rng
        if times is not None:
            times, rng = self._shard(times), self._shard_rng()
        images, conditions = self.real_batch(self._shard(index), times, rng)
        with self._mixed_precision():
            return images, conditions, generated(self.G, self._z(), conditions).float()

    def real_batch(
        self, index: Tensor, times: Tensor | None, rng: torch.Generator
    ) -> tuple[Tensor, Conditions]:
        """Return images (b,c,h,w) `index` (b,), or clips (b,3,c,h,w) at `times` (b,3)."""
        if times is None:
            images, labels = self.data.batch(index)
            return images.to(self.device), (self.classes(labels),)
        clips, labels = self.data.clips(index, times, rng)
        return clips.to(self.device), (self.classes(labels), times.to(self.device))

    def _scores(self, images: Tensor, conditions: Conditions) -> Tensor:
        """Return D's scores, float32: the losses and R1's gradient norm need the precision."""
        with self._mixed_precision():
            return self.D(images, *conditions).float()

    def _mixed_precision(self) -> torch.autocast:
        """Return the autocast context; the weights stay float32 (Micikevicius et al. 2018)."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.is_bfloat16)

    # DistributedTrainer overrides these five

    def _backward_step(self, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def _gather(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """Return D's scores of the batches of all processes."""
        return real, fake

    def _reduce(self, numbers: Tensor) -> Tensor:
        """Return a step's numbers, averaged over all processes."""
        return numbers

    def _shard(self, batch: Tensor) -> Tensor:
        """Return this process's part of the random numbers drawn for the whole batch."""
        return batch

    def _shard_rng(self) -> torch.Generator:
        """Return the generator for random numbers of this process's shard alone."""
        return self.rng

    def classes(self, labels: Tensor) -> Tensor:
        """Return labels int64 (n,) one-hot, float32 (n,classes), as G and D take them."""
        if not self.config.classes:
            return torch.zeros(len(labels), 0, device=self.device)
        return one_hot(labels, self.config.classes).float().to(self.device)

    def times(self, count: int, rng: torch.Generator) -> Tensor | None:
        """Draw times (count,3) of frames of clips; None if the run is not of clips."""
        span = self.config.clip_span
        return random_times(count, span, rng) if self.config.motion_dim else None

    def _z(self) -> Tensor:
        shape = (self.config.batch_size, self.config.z_dim)
        return self._shard(torch.randn(shape, generator=self.rng)).to(self.device)

    def _augmented(self, images: Tensor) -> Tensor:
        """Return images as D sees them; without augmentation, no random number is drawn."""
        if not self.augment_p:
            return images
        # all frames of a clip alike: they are the channels of one image
        flat = augment(images.flatten(1, -3), self.augment_p, self._shard_rng())
        return flat.view_as(images)

    @property
    def has_r1(self) -> bool:
        """Whether the next step of D includes R1."""
        return self.config.r1_gamma > 0 and self.step_count % self.config.r1_every == 0

    @property
    def augment_p(self) -> float:
        """The present augmentation probability, 0..1, fixed or adaptive."""
        return self.adaptive.p if self.config.augment_target else self.config.augment

    @torch.no_grad()
    def _update_ema(self) -> None:
        # a constant decay would average mostly the random initialisation at first
        decay = min(self.config.ema_decay, self.step_count / (self.step_count + 10))
        average, live = list(self.ema.parameters()), list(self.G.parameters())
        torch._foreach_lerp_(average, live, 1 - decay)
        for kept, new in zip(self.ema.buffers(), self.G.buffers(), strict=True):
            kept.copy_(new)

    def _lr_scale(self) -> float:
        if self.config.lr_schedule == "constant":
            return 1.0
        return self.schedule.scale(self.step_count, self.elapsed_s)

    def _set_learning_rates(self, at_goal: float = 0.0) -> None:
        """Scale the learning rates by the schedule, or by `at_goal` where that is 0."""
        scale = self._lr_scale() or at_goal
        self.opt_G.param_groups[0]["lr"] = self.config.lr_g * scale
        self.opt_D.param_groups[0]["lr"] = self.config.lr_d * scale

    def configure(self, config: Config) -> None:
        """Continue under a config; ValueError unless only `STEERABLE` settings differ."""
        if changed(self.config, difference(self.config, config)) != config:
            raise ValueError("the config is that of another run")
        if config.augment != self.config.augment or not self.config.augment_target:
            self.adaptive = AdaptiveAugment(config.augment)
        self.config = config  # read at every step

    def is_finite(self) -> bool:
        """Return whether every weight and every moment of the optimisers is finite."""
        tensors = self.state_dict()["tensors"].values()
        return all(bool(torch.isfinite(t).all()) for t in tensors if t.is_floating_point())

    def state_dict(self) -> dict[str, Any]:
        """Return all that is needed to resume bit for bit: tensors by dotted name, `step_count`,
        `config`; `schedule` and `elapsed_s` are saved by the caller.
        """
        tensors = {"rng": self.rng.get_state()}
        if self.config.augment_target:
            tensors["adaptive"] = self.adaptive.state()
        parts = {name: getattr(self, name).state_dict() for name in NETWORKS}
        parts |= {name: moments(getattr(self, name), self.step_count > 0) for name in OPTIMISERS}
        for name, part in parts.items():
            tensors |= {f"{name}.{key}": value for key, value in part.items()}
        return {"tensors": tensors, "step_count": self.step_count, "config": asdict(self.config)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Load what `state_dict` returned.

        Raises ValueError, and changes nothing, if tensors are missing, unknown or of another shape.
        """
        tensors = state["tensors"]
        for name in NETWORKS:
            check_shapes(name, getattr(self, name).state_dict(), tensors)
        for name in OPTIMISERS:
            if state["step_count"] or below(tensors, name):
                check_shapes(name, moments(getattr(self, name), begun=True), tensors)
        rng, own = tensors.get("rng"), self.rng.get_state()
        if rng is None or rng.shape != own.shape or rng.dtype != own.dtype:
            raise ValueError("the state of the random number generator is missing")
        if "adaptive" in tensors:
            check_state(tensors["adaptive"])
            self.adaptive.load(tensors["adaptive"])
        for name in NETWORKS:
            getattr(self, name).load_state_dict(below(tensors, name))
        for name in OPTIMISERS:
            load_moments(getattr(self, name), below(tensors, name))
        self.rng.set_state(rng)
        self._seen, self.step_count = None, state["step_count"]
