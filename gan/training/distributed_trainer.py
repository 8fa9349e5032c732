"""A trainer of which every process of a cluster has one, all with the same weights.

Every process draws the random numbers of the whole batch from the same generator and takes its
share of them: together they see the latents and real images that one process would see alone, and a
checkpoint knows nothing of how many wrote it. Gradients are averaged as DistributedDataParallel
averages them, but after the backward pass: it counts on one forward pass for each backward one, and
D has three of them here (real, fake and R1), or one whose gradient is G's.

Batch norm sees the share of its process alone, and the means that it keeps are averaged. torch's
SyncBatchNorm is for GPUs only, and a run would be another one on CPUs.
"""

from __future__ import annotations

import json
import struct
from enum import IntEnum
from typing import Any, NoReturn, Protocol

import torch
from safetensors.torch import load
from torch import Tensor

from gan.config import Config
from gan.data.image_set import ImageSet
from gan.storage.checkpoint import weights_bytes
from gan.training.trainer import StepStats, Trainer


class PeersLost(RuntimeError):
    """The processes that train together are not in step any more: none can go on."""


class Told(IntEnum):
    """What the main process tells the others to do with it."""

    END, OPEN, LOAD, CONFIGURE, STEP = range(5)


class Peers(Protocol):
    """What a trainer needs of its cluster: see `gan.training.cluster.Cluster`."""

    count: int
    rank: int
    device: torch.device

    wants_bfloat16: bool

    def tell(self, what: Told, content: bytes = b"") -> None: ...
    def mean(self, tensor: Tensor) -> Tensor: ...
    def gather(self, tensor: Tensor) -> Tensor: ...
    def lose(self, error: Exception, sentence: str) -> NoReturn: ...


class SharedTrainer(Trainer):
    """A `Trainer` of which each process of a cluster has one: all have the same weights.

    With the same number of processes on the same machines it is bit for bit what it was before;
    with another number it plays on the same images and latents, but batch norm sees other shares,
    and augmentation draws other numbers.
    """

    def __init__(self, config: Config, images: ImageSet, cluster: Peers) -> None:
        self._cluster = cluster
        self._main_lr_scale: float | None = None  # set in the other processes
        super().__init__(config, images, cluster.device)
        self.is_bfloat16 = self.is_bfloat16 or cluster.wants_bfloat16

    def step(self) -> StepStats:
        """See `Trainer.step`; the numbers are those of the whole batch.

        Raises:
            PeersLost: the processes are not in step any more; go on from a checkpoint.
        """
        self._cluster.tell(Told.STEP, struct.pack("<d", self._lr_scale()))
        try:
            return super().step()
        except Exception as error:
            if self._cluster.count == 1 or isinstance(error, PeersLost):
                raise
            self._cluster.lose(error, f"A step failed in process {self._cluster.rank}: {error}")

    def follow_step(self, told: bytes) -> None:
        """The step that the main process is about to take."""
        (self._main_lr_scale,) = struct.unpack("<d", told)
        self.step()

    def _lr_scale(self) -> float:
        return super()._lr_scale() if self._main_lr_scale is None else self._main_lr_scale

    def configure(self, config: Config) -> None:
        """See `Trainer.configure`."""
        super().configure(config)
        self._cluster.tell(Told.CONFIGURE, json.dumps(config.to_json()).encode())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """See `Trainer.load_state_dict`."""
        super().load_state_dict(state)
        self.tell_state()

    def tell_state(self) -> None:
        """Give the other processes the state of this one."""
        tensors = self.state_dict()["tensors"] | {"step_count": torch.tensor(self.step_count)}
        self._cluster.tell(Told.LOAD, weights_bytes(tensors))

    def take_state(self, content: bytes) -> None:
        """Take what `tell_state` gave."""
        tensors = load(content)
        step = int(tensors.pop("step_count"))
        super().load_state_dict({"tensors": tensors, "step_count": step})

    def _descend(self, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        weights = optimiser.param_groups[0]["params"]
        self._average([weight.grad for weight in weights if weight.grad is not None])
        optimiser.step()

    def _whole(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        # rows of pairs, for a process's scores come together
        pairs = self._cluster.gather(torch.stack([real, fake], 1))
        return pairs[:, 0], pairs[:, 1]

    def _agreed(self, numbers: Tensor) -> Tensor:
        return self._cluster.mean(numbers)

    def _share(self, drawn: Tensor) -> Tensor:
        return drawn.chunk(self._cluster.count)[self._cluster.rank]

    def _own_rng(self) -> torch.Generator:
        # all draw the seed, so that they stay together; alone nothing is another than without this
        if self._cluster.count == 1:
            return self.rng
        seed = int(torch.randint(2**62, (), generator=self.rng)) + self._cluster.rank
        return torch.Generator().manual_seed(seed)

    def _update_ema(self) -> None:
        kept = [*self.G.buffers(), *self.D.buffers()]
        self._average([buffer for buffer in kept if buffer.is_floating_point()])
        super()._update_ema()

    @torch.no_grad()
    def _average(self, tensors: list[Tensor]) -> None:
        """Each becomes its mean over all processes, all of them in one message."""
        if self._cluster.count == 1 or not tensors:
            return
        flat = self._cluster.mean(torch.cat([tensor.flatten() for tensor in tensors]))
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))
