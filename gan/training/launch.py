"""Detect launches of several training processes, by the environment variables of the launcher.

These are set by `torchrun -m gan train ...` and `accelerate launch -m gan train ...`. Without them,
nothing is imported that a single process does not need.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gan.training.cluster import Cluster

PR_SET_PDEATHSIG = 1  # of prctl(2)


class Alone:
    """A `Cluster` of one process."""

    main, count, here = True, 1, 1

    def check(self, config: Any) -> None:
        """Accept any config: the batch is not sharded."""

    @property
    def trainer(self) -> Callable[..., Any]:
        """The class of its trainer."""
        from gan.training.trainer import Trainer

        return Trainer


@contextlib.contextmanager
def joined() -> Iterator[Alone | Cluster]:
    """Yield the processes that this one was launched with.

    Raises:
        ValueError: Accelerate was asked for several processes on CPUs, and has started one
            (https://github.com/huggingface/accelerate/issues/2741).
        OSError, RuntimeError: the processes cannot connect.
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
    from gan.training.cluster import entered

    with entered() as cluster:
        yield cluster
