"""The processes that train one run together: the main one leads, the others do what it does.

`gan.training.distributed_trainer` says what each of them has of the run, and what they tell each
other in a step.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

import torch
from torch import Tensor

from gan.config import Config, ConfigError
from gan.data import image_set
from gan.data.image_set import ImageSet
from gan.training.distributed_trainer import PeersLost, SharedTrainer, Told

PATIENCE_S = 600  # for a process that is there and does not answer
LOST = "Another process of this training is gone, or does not answer."

Done = TypeVar("Done")


class Cluster:
    """The processes that train together, from the point of view of this one.

    `main` leads: it has the run, its files and its history. The others `follow`.

    Raises:
        ValueError: a precision that is not for this game.
        RuntimeError, OSError: the processes cannot find each other.
    """

    def __init__(self) -> None:
        asked = os.environ.get("ACCELERATE_MIXED_PRECISION", "no")
        if asked not in ("no", "bf16"):
            raise ValueError(
                f"Mixed precision {asked} is not supported: the gradient of R1 is beyond its "
                "range. Choose bf16; or no, and the settings of the run decide."
            )
        from accelerate import Accelerator  # not before somebody trains by it
        from accelerate.utils import InitProcessGroupKwargs

        patience = InitProcessGroupKwargs(timeout=timedelta(seconds=PATIENCE_S))
        self._accelerator = Accelerator(kwargs_handlers=[patience])
        self.main, self.device = self._accelerator.is_main_process, self._accelerator.device
        self.count = self._accelerator.num_processes
        self.rank = self._accelerator.process_index
        self.here = int(os.environ.get("LOCAL_WORLD_SIZE", 1))  # of them on this machine
        self.wants_bfloat16 = asked == "bf16"
        self._in_step = True

    def check(self, config: Config) -> None:
        """Raises ConfigError unless the batch can be shared evenly, in the precision asked for."""
        if config.batch_size % self.count or config.batch_size // self.count < 2:
            raise ConfigError(
                f"batch_size is {config.batch_size}, and {self.count} processes must have the same "
                "share of it, 2 or more images each: change one of the two numbers."
            )
        if self.wants_bfloat16 and config.precision == "float32":
            raise ConfigError("precision is float32, and Accelerate is asked for bf16: change one.")

    def trainer(self, config: Config, images: ImageSet) -> SharedTrainer:
        """A trainer that all processes move together; made by the main one."""
        self.check(config)
        trainer = SharedTrainer(config, images, self)
        # one for all, whatever each of their machines does best
        precision = "bfloat16" if trainer.is_bfloat16 else "float32"
        told = {"config": config.to_json(), "precision": precision}
        self.tell(Told.OPEN, json.dumps(told).encode())
        trainer.tell_state()
        return trainer

    def follow(self) -> None:
        """Do what the main process does, until it says that it is over.

        Raises:
            PeersLost: it ended without a word.
            DataError, RuntimeError: this process cannot go on; the others will notice.
        """
        trainer: Any = None
        while (told := self._hear())[0] != Told.END:
            what, content = told
            if what == Told.OPEN:
                opened = json.loads(content)
                config = Config.from_json(opened["config"])
                images = image_set.load_for(config)
                trainer = SharedTrainer(config, images, self)
                trainer.is_bfloat16 = opened["precision"] == "bfloat16"
            elif what == Told.LOAD:
                trainer.take_state(content)
            elif what == Told.CONFIGURE:
                trainer.configure(Config.from_json(json.loads(content)))
            else:
                trainer.follow_step(content)

    def tell(self, what: Told, content: bytes = b"") -> None:
        """Have the others do what this process, the main one, is about to do.

        Raises:
            PeersLost: one is gone.
        """
        if self.main and self.count > 1:
            self._send(torch.tensor([int(what), len(content)]))
            if content:
                self._send(torch.frombuffer(bytearray(content), dtype=torch.uint8))

    def mean(self, tensor: Tensor) -> Tensor:
        """The mean over all processes, the same bits in each. Raises PeersLost: one is gone."""
        return self._safely(lambda: self._accelerator.reduce(tensor, "mean"))

    def gather(self, tensor: Tensor) -> Tensor:
        """Those of all processes, one after the other: (n, ...) in, (count * n, ...) out."""
        return self._safely(lambda: self._accelerator.gather(tensor))

    def lose(self, error: Exception, sentence: str = LOST) -> NoReturn:
        """From here on nothing more is told to the others. Raises PeersLost."""
        self._in_step = False
        raise PeersLost(sentence) from error

    def leave(self) -> None:
        """The last thing that a process does with the others."""
        if self._in_step:
            with contextlib.suppress(PeersLost):
                self.tell(Told.END)
        self._accelerator.end_training()

    def _hear(self) -> tuple[int, bytes]:
        what, length = self._send(torch.zeros(2, dtype=torch.int64)).tolist()
        content = self._send(torch.zeros(length, dtype=torch.uint8)) if length else torch.zeros(0)
        return what, content.numpy().tobytes()

    def _send(self, tensor: Tensor) -> Tensor:
        """What the main process sends, in the others; all give a tensor of the same shape."""
        from accelerate.utils import broadcast

        return self._safely(lambda: broadcast(tensor.to(self.device))).cpu()

    def _safely(self, do: Callable[[], Done]) -> Done:
        try:
            return do()
        except RuntimeError as error:  # torch.distributed has no closer one for all backends
            self.lose(error)


@contextlib.contextmanager
def entered() -> Iterator[Cluster]:
    """A cluster, which is left in the end."""
    cluster = Cluster()
    try:
        yield cluster
    finally:
        cluster.leave()
