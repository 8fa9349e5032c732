"""Data-parallel training: each process has the same weights and a shard of the batch.

Each process draws the random numbers of the whole batch from the same generator and takes its
shard: together they see the latents and real images of a single process, and a checkpoint does not
depend on the number of processes. Gradients are averaged as by DistributedDataParallel, but after
the backward pass: DDP expects one forward pass per backward pass, and a step of D has three (real,
fake and R1), while that of G passes through D.

Batch norm uses the statistics of the shard, and its running statistics are averaged. torch's
SyncBatchNorm is for GPUs only, and the result would differ on CPUs.
"""

from __future__ import annotations

import json
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load
from torch import Tensor

from gan.config import Config
from gan.data.image_set import ImageSet
from gan.storage.checkpoint_file import weights_bytes
from gan.training.trainer import StepStats, Trainer

if TYPE_CHECKING:
    from gan.training.cluster import Cluster


class PeersLost(RuntimeError):
    """A process of this training has ended or is out of step; none can continue."""


class Command(IntEnum):
    """A command that the main process broadcasts and all processes execute."""

    END, OPEN, LOAD, CONFIGURE, STEP = range(5)


class DistributedTrainer(Trainer):
    """A `Trainer` for a shard of the batch; all processes of a cluster have the same weights.

    The same number of processes on the same machines gives the same weights bit for bit. Another
    number uses the same images and latents, but batch norm sees different shards, and augmentation
    draws different random numbers.
    """

    def __init__(self, config: Config, images: ImageSet, cluster: Cluster) -> None:
        self._cluster = cluster
        self._main_lr_scale: float | None = None  # only set in the other processes
        super().__init__(config, images, cluster.device)
        self.is_bfloat16 = self.is_bfloat16 or cluster.wants_bfloat16

    def step(self) -> StepStats:
        """See `Trainer.step`; the numbers are means over the whole batch.

        Raises PeersLost if the processes are out of step: resume from a checkpoint.
        """
        self._cluster.send(Command.STEP, json.dumps(self._lr_scale()).encode())
        try:
            return super().step()
        except Exception as error:
            if self._cluster.count == 1 or isinstance(error, PeersLost):
                raise
            self._cluster.fail(error, f"A step failed in process {self._cluster.rank}: {error}")

    def follow_step(self, lr_scale: float) -> None:
        """Take the step that the main process takes."""
        self._main_lr_scale = lr_scale
        self.step()

    def _lr_scale(self) -> float:
        return super()._lr_scale() if self._main_lr_scale is None else self._main_lr_scale

    def configure(self, config: Config) -> None:
        """See `Trainer.configure`."""
        super().configure(config)
        self._cluster.send(Command.CONFIGURE, json.dumps(config.to_json()).encode())

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """See `Trainer.load_state_dict`."""
        super().load_state_dict(state)
        self.broadcast_state()

    def broadcast_state(self) -> None:
        """Send the state of this process to the others."""
        tensors = self.state_dict()["tensors"] | {"step_count": torch.tensor(self.step_count)}
        self._cluster.send(Command.LOAD, weights_bytes(tensors))

    def load_broadcast(self, content: bytes) -> None:
        """Load what `broadcast_state` sent."""
        tensors = load(content)
        step = int(tensors.pop("step_count"))
        super().load_state_dict({"tensors": tensors, "step_count": step})

    def _backward_step(self, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        weights = optimiser.param_groups[0]["params"]
        self._average([weight.grad for weight in weights if weight.grad is not None])
        optimiser.step()

    def _gather(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        # as pairs: gathering keeps the rows of a process together
        pairs = self._cluster.gather(torch.stack([real, fake], 1))
        return pairs[:, 0], pairs[:, 1]

    def _reduce(self, numbers: Tensor) -> Tensor:
        return self._cluster.mean(numbers)

    def _shard(self, batch: Tensor) -> Tensor:
        return batch.chunk(self._cluster.count)[self._cluster.rank]

    def _shard_rng(self) -> torch.Generator:
        # all processes draw the seed, to stay in step; a single one equals a plain Trainer
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
        if self._cluster.count == 1 or not tensors:
            return
        flat = self._cluster.mean(torch.cat([tensor.flatten() for tensor in tensors]))
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))
