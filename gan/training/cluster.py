"""The processes that train one run together: the main process sends commands to the others.

See `gan.training.distributed_trainer` for what they exchange in a step. They are launched by
`torchrun -m gan train ...` or `accelerate launch -m gan train ...`, which set environment
variables. Without these, nothing is imported that a single process does not need.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

import torch
from torch import Tensor

from gan.config import Config, ConfigError
from gan.data import image_set
from gan.data.image_set import ImageSet
from gan.training.distributed_trainer import Command, DistributedTrainer, PeersLost
from gan.training.trainer import Trainer

T = TypeVar("T")
TIMEOUT_S = 600  # for a process that is alive and does not answer
LOST = "Another process of this training has ended or does not answer."
PR_SET_PDEATHSIG = 1  # of prctl(2)


class Alone:
    """A `Cluster` of one process."""

    main, count, here, trainer = True, 1, 1, Trainer

    def check(self, config: Config) -> None:
        """Accept any config: the batch is not sharded."""


class Cluster:
    """The processes that train together, as seen from this one.

    `main`: whether this process owns the run and its files; the others call `follow`.

    Raises ValueError if the requested mixed precision is not supported, and RuntimeError or OSError
    if the processes cannot connect.
    """

    def __init__(self) -> None:
        precision = os.environ.get("ACCELERATE_MIXED_PRECISION", "no")
        if precision not in ("no", "bf16"):
            raise ValueError(
                f"Mixed precision {precision} is not supported: R1's gradient overflows. Choose "
                "bf16, or no to use the run's own setting."
            )
        from accelerate import Accelerator  # slow to import
        from accelerate.utils import InitProcessGroupKwargs

        timeout = InitProcessGroupKwargs(timeout=timedelta(seconds=TIMEOUT_S))
        self._accelerator = Accelerator(kwargs_handlers=[timeout])
        self.main, self.device = self._accelerator.is_main_process, self._accelerator.device
        self.count = self._accelerator.num_processes
        self.rank = self._accelerator.process_index
        self.here = int(os.environ.get("LOCAL_WORLD_SIZE", 1))  # of them on this machine
        self.wants_bfloat16 = precision == "bf16"
        self._in_step, self._has_ended = True, False

    def check(self, config: Config) -> None:
        """Raise ConfigError unless the batch can be sharded evenly, in the requested precision."""
        if config.batch_size % self.count or config.batch_size // self.count < 2:
            raise ConfigError(
                f"batch_size is {config.batch_size}; it must be a multiple of {self.count}, the "
                "number of processes, with 2 or more images for each."
            )
        if self.wants_bfloat16 and config.precision == "float32":
            raise ConfigError(
                "precision is float32, but Accelerate was asked for bf16; change one of them."
            )

    def trainer(self, config: Config, images: ImageSet) -> DistributedTrainer:
        """Return a trainer for this process, the main one, and make one in each other process."""
        self.check(config)
        trainer = DistributedTrainer(config, images, self)
        # the same precision for all, even if their machines differ
        opened = {"config": config.to_json(), "is_bfloat16": trainer.is_bfloat16}
        self.send(Command.OPEN, json.dumps(opened).encode())
        trainer.broadcast_state()
        return trainer

    def follow(self) -> None:
        """Do what the main process does, until it sends `END`.

        Raises PeersLost if the main process has ended, and DataError or RuntimeError if this one
        cannot continue; the others then fail too.
        """
        trainer: Any = None
        while (received := self._receive())[0] != Command.END:
            command, content = received
            if command == Command.OPEN:
                opened = json.loads(content)
                config = Config.from_json(opened["config"])
                images = image_set.load_for(config)
                trainer = DistributedTrainer(config, images, self)
                trainer.is_bfloat16 = opened["is_bfloat16"]
            elif command == Command.LOAD:
                trainer.load_broadcast(content)
            elif command == Command.CONFIGURE:
                trainer.configure(Config.from_json(json.loads(content)))
            else:
                trainer.follow_step(json.loads(content))
        self._has_ended = True

    def send(self, command: Command, content: bytes = b"") -> None:
        """Send a command from the main process to the others; PeersLost if one has ended."""
        if self.main and self.count > 1:
            self._broadcast(torch.tensor([int(command), len(content)]))
            if content:
                self._broadcast(torch.frombuffer(bytearray(content), dtype=torch.uint8))

    def mean(self, tensor: Tensor) -> Tensor:
        """Return the mean over all processes, bit-equal in each, or raise PeersLost."""
        return self._safely(lambda: self._accelerator.reduce(tensor, "mean"))

    def gather(self, tensor: Tensor) -> Tensor:
        """Concatenate the tensors of all processes: (n, ...) in, (count * n, ...) out."""
        return self._safely(lambda: self._accelerator.gather(tensor))

    def fail(self, error: Exception, message: str = LOST) -> NoReturn:
        """Raise PeersLost, and send no more commands to the others."""
        self._in_step = False
        raise PeersLost(message) from error

    def leave(self) -> None:
        """End the training of all processes."""
        with contextlib.suppress(PeersLost):
            if self.main and self._in_step:
                self.send(Command.END)
                self._has_ended = True
            if self._has_ended:  # disconnect together: the main process is the others' server
                self._safely(self._accelerator.wait_for_everyone)
        self._accelerator.end_training()

    def _receive(self) -> tuple[int, bytes]:
        command, length = self._broadcast(torch.zeros(2, dtype=torch.int64)).tolist()
        content = torch.zeros(length, dtype=torch.uint8)
        return command, self._broadcast(content).numpy().tobytes() if length else b""

    def _broadcast(self, tensor: Tensor) -> Tensor:
        """Return the main process's tensor; all processes pass one of the same shape."""
        from accelerate.utils import broadcast

        return self._safely(lambda: broadcast(tensor.to(self.device))).cpu()

    def _safely(self, do: Callable[[], T]) -> T:
        try:
            return do()
        except RuntimeError as error:  # torch.distributed has no more specific one for all backends
            self.fail(error)


@contextlib.contextmanager
def joined() -> Iterator[Alone | Cluster]:
    """Yield the processes that this one was launched with.

    Raises what `Cluster` raises, and ValueError if Accelerate was asked for several processes on
    CPUs and has started one (https://github.com/huggingface/accelerate/issues/2741).
    """
    env = os.environ
    if "LOCAL_RANK" not in env and "ACCELERATE_MIXED_PRECISION" not in env:
        yield Alone()
        return
    ranks = ("RANK", "LOCAL_RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK")
    is_cpu = env.get("ACCELERATE_USE_CPU", "").lower() in ("true", "1")
    if is_cpu and "MASTER_PORT" in env and not any(name in env for name in ranks):
        raise ValueError(
            "Accelerate starts only one process on CPUs. Use torchrun --nproc_per_node 2 -m gan "
            "train ..."
        )
    if sys.platform == "linux":  # get SIGTERM when the launcher ends, for any reason
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    cluster = Cluster()
    try:
        yield cluster
    finally:
        cluster.leave()
