"""One of the processes that tests/gan/training/test_cluster.py launches: trains, and reports."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

from gan.config import Config
from gan.data.image_set import load
from gan.presets import preset
from gan.system.machine import choose_device, set_threads
from gan.training import cluster as clusters
from gan.training.cluster import Cluster, joined
from gan.training.trainer import Trainer

MLP = {"batch_size": 16, "lr_g": 1e-3, "lr_d": 1e-3, "r1_gamma": 1.0, "r1_every": 2}
CONV = {"width": 4, "z_dim": 8, "batch_size": 16, "augment": 0.5, "r1_every": 2}
STEPS = 12


def mlp() -> Config:
    """Networks without batch norm: their results do not depend on the number of processes."""
    return preset("article", **MLP)


def conv() -> Config:
    """Batch norm in both, R1 and augmentation."""
    return preset("default", **CONV)


def walk(trainer: Trainer, steps: int) -> list[list[float]]:
    """Take steps; return the losses and probabilities of each."""
    stats = [trainer.step() for _ in range(steps)]
    return [[s.loss_g, s.loss_d, s.d_real, s.d_fake] for s in stats]


def lead(cluster: Cluster, folder: Path) -> None:
    """Train, in the main process, an mlp, a conv, and an mlp moved from one process to two."""
    images, results = load("mnist"), {}
    shared = cluster.trainer(mlp(), images)
    results["shared"] = walk(shared, STEPS)
    torch.save(shared.state_dict(), folder / "shared.pt")
    results["conv"] = walk(cluster.trainer(conv(), images), STEPS)
    alone = Trainer(mlp(), images, choose_device())
    results["alone"] = walk(alone, STEPS // 2)
    shared = cluster.trainer(mlp(), images)
    shared.load_state_dict(alone.state_dict())
    results["moved"] = results["alone"] + walk(shared, STEPS // 2)
    results["alone"] += walk(alone, STEPS // 2)
    torch.save(alone.state_dict(), folder / "alone.pt")
    (folder / "results.json").write_text(json.dumps(results))


def averaged_as_ddp(cluster: Cluster) -> bool:
    """Return whether averaged gradients equal those of DistributedDataParallel."""
    torch.manual_seed(0)
    raw, wrapped = torch.nn.Linear(5, 3), torch.nn.Linear(5, 3)
    wrapped.load_state_dict(raw.state_dict())
    rows = torch.randn(4, 5, generator=torch.Generator().manual_seed(cluster.rank))
    ddp = torch.nn.parallel.DistributedDataParallel(wrapped)
    ddp(rows).square().mean().backward()
    raw(rows).square().mean().backward()
    ours = [cluster.mean(weight.grad) for weight in raw.parameters()]
    theirs = [weight.grad for weight in wrapped.parameters()]
    return all(torch.allclose(a, b) for a, b in zip(ours, theirs, strict=True))


def main(folder: Path) -> None:
    made = []

    class Kept(clusters.DistributedTrainer):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)
            made.append(self)

    clusters.DistributedTrainer = Kept
    with joined() as cluster:
        set_threads(cluster.here)
        ddp = averaged_as_ddp(cluster)
        if cluster.main:
            lead(cluster, folder)
        else:
            cluster.follow()
        states = [trainer.state_dict()["tensors"] for trainer in made]
        torch.save({"ddp": ddp, "states": states}, folder / f"rank{cluster.rank}.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
