"""Two processes train one run, with equal weights and like one process; both end together."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from gan.cli.main import main
from gan.config import ConfigError
from gan.presets import preset
from gan.runs.run import Run
from gan.storage.run_lock import LockedElsewhere, lock_owner
from gan.training.cluster import Cluster
from tests.gan.training.shared_steps import STEPS

ROOT = Path(__file__).parents[3]
LONGEST_S = 250
QUICK = ["--set", "width=4", "--set", "batch_size=8", "--save-every", "0.5"]


def started(*command: str, **env: str) -> subprocess.Popen:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONFAULTHANDLER": "1"} | env,  # an abort says where
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def two(*command: str) -> list[subprocess.Popen]:
    """Start two processes as a launcher does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    both = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"}
    both |= {"MASTER_PORT": str(port), "ACCELERATE_USE_CPU": "true"}
    ranks = ({"RANK": rank, "LOCAL_RANK": rank} for rank in "01")
    return [started(sys.executable, "-m", *command, **both, **rank) for rank in ranks]


def ended(processes: list[subprocess.Popen]) -> list[str]:
    """Wait for the processes and return their output; none is left running."""
    try:
        return [each.communicate(timeout=LONGEST_S)[0] for each in processes]
    finally:
        for each in processes:
            each.kill()


def family(process: subprocess.Popen) -> dict[str, psutil.Process]:
    """Return the descendants that have a rank, by rank."""
    found = {}
    for each in psutil.Process(process.pid).children(recursive=True):
        try:
            found[each.environ().get("RANK", "")] = each
        except psutil.Error:  # it has ended, or has not started
            continue
    return found


def wait_for(what, process: subprocess.Popen) -> None:
    end_s = time.monotonic() + LONGEST_S
    while not what():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end_s
        time.sleep(0.2)


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """The results of two processes of tests/gan/training/shared_steps.py."""
    folder = tmp_path_factory.mktemp("steps")
    processes = two("tests.gan.training.shared_steps", str(folder))
    said = ended(processes)
    if any(each.returncode for each in processes):
        pytest.fail("\n".join([f"{[each.returncode for each in processes]}", *said]))
    return folder


def loaded(path: Path):
    return torch.load(path, weights_only=True)


@pytest.mark.slow
def test_both_have_the_same_weights_bit_for_bit(steps):
    first, second = (loaded(steps / f"rank{rank}.pt")["states"] for rank in (0, 1))
    assert len(first) == len(second) == 3
    for mine, other in zip(first, second, strict=True):
        assert mine.keys() == other.keys()
        assert not [name for name in mine if not torch.equal(mine[name], other[name])]


@pytest.mark.slow
def test_without_batch_norm_they_equal_a_single_process(steps):
    results = json.loads((steps / "results.json").read_text())
    np.testing.assert_allclose(results["shared"], results["alone"], rtol=1e-4, atol=1e-5)
    shared, alone = (loaded(steps / f"{name}.pt")["tensors"] for name in ("shared", "alone"))
    assert torch.equal(shared["rng"], alone["rng"])
    for name in ("G.out.weight", "D.fc.0.weight", "ema.out.weight"):
        torch.testing.assert_close(shared[name], alone[name], rtol=0, atol=1e-4)


@pytest.mark.slow
def test_a_checkpoint_moves_from_one_process_to_two(steps):
    results = json.loads((steps / "results.json").read_text())
    np.testing.assert_allclose(results["moved"], results["alone"], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_with_batch_norm_and_augmentation_the_numbers_are_plausible(steps):
    results = np.array(json.loads((steps / "results.json").read_text())["conv"])
    assert results.shape == (STEPS, 4) and np.isfinite(results).all()
    assert (results[:, 2:] > 0).all() and (results[:, 2:] < 1).all()


@pytest.mark.slow
def test_gradients_are_averaged_as_by_ddp(steps):
    assert loaded(steps / "rank0.pt")["ddp"] and loaded(steps / "rank1.pt")["ddp"]


@pytest.mark.slow
def test_a_killed_worker_ends_the_job_and_the_run_can_be_resumed(tmp_path):
    folder = tmp_path / "run"
    launch = (sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2")
    command = ("-m", "gan", "train", "--steps", "100000", "--out", str(folder), *QUICK)
    job = started(*launch, "--standalone", *command, ACCELERATE_USE_CPU="true")
    try:
        saved = folder / "checkpoint.previous.safetensors"
        wait_for(lambda: saved.exists() and "1" in family(job), job)
        workers = family(job)
        assert lock_owner(folder).process == workers["0"].pid
        with pytest.raises(LockedElsewhere, match=f"process {workers['0'].pid} on"):
            Run.resume(folder)
        workers["1"].kill()
        job.communicate(timeout=LONGEST_S)
        assert job.returncode != 0
        psutil.wait_procs(workers.values(), timeout=20)
        assert not [each for each in workers.values() if each.is_running()]
    finally:
        left = list(family(job).values()) if job.poll() is None else []
        for each in left:
            each.kill()
        job.kill()

    assert lock_owner(folder) is None
    alone = Run.resume(folder)
    step = alone.step
    assert step > 0 and np.isfinite(alone.advance().loss_d)
    alone.close()
    # without torchrun, which may end the other process before it can speak
    processes = two("gan", "resume", str(folder), "--steps", "100000")
    stamp = saved.stat().st_mtime_ns
    wait_for(lambda: saved.stat().st_mtime_ns != stamp, processes[0])
    processes[1].kill()
    said = ended(processes)[0]
    assert processes[0].returncode != 0
    assert "gan: Another process of this training has ended" in said and "resume it" in said
    alone = Run.resume(folder)
    step = alone.step
    alone.close()
    processes = two("gan", "resume", str(folder), "--steps", str(step + 10))
    said = ended(processes)
    assert [each.returncode for each in processes] == [0, 0], said
    assert f"step {step + 10}" in said[0] and "step" not in said[1]
    again = Run.resume(folder)
    assert again.step == step + 10 and again.config.batch_size == 8


def test_a_batch_that_cannot_be_sharded_evenly_is_refused(monkeypatch):
    for name in ("LOCAL_RANK", "RANK", "WORLD_SIZE", "ACCELERATE_MIXED_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    cluster = Cluster()
    cluster.count = 3
    with pytest.raises(ConfigError, match="batch_size is 32; .* multiple of 3"):
        cluster.check(preset("default", batch_size=32))
    cluster.count = 32
    with pytest.raises(ConfigError, match="2 or more images"):
        cluster.check(preset("default", batch_size=32))


@pytest.mark.slow
def test_one_process_under_accelerate_equals_a_plain_run_in_bf16_or_not(
    tmp_path, monkeypatch, capsys
):
    args = ["train", "--steps", "3", *QUICK, "--set", "precision=float32", "--out"]
    assert main([*args, str(tmp_path / "plain")]) == 0
    for precision, setting in (("no", "float32"), ("bf16", "auto")):
        args[-2] = f"precision={setting}"
        monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", precision)
        monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
        _forget_accelerator()
        assert main([*args, str(tmp_path / precision)]) == 0
    _forget_accelerator()
    names = ("checkpoint.safetensors",)
    plain, same, half = (
        [torch_tensors(tmp_path / run / name) for name in names] for run in ("plain", "no", "bf16")
    )
    assert all(torch.equal(plain[0][k], same[0][k]) for k in plain[0])
    weights = "G.fc.weight"
    assert half[0][weights].dtype == torch.float32 and half[0][weights].isfinite().all()
    assert not torch.equal(plain[0][weights], half[0][weights])
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "fp16")
    assert main([*args, str(tmp_path / "fp16")]) == 2
    assert "Choose bf16" in capsys.readouterr().err and not (tmp_path / "fp16").exists()


def torch_tensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(path)


def _forget_accelerator() -> None:
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)


def test_one_process_started_for_several_is_refused(tmp_path, monkeypatch, capsys):
    for name in ("RANK", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "ACCELERATE_MIXED_PRECISION": "no",
        "ACCELERATE_USE_CPU": "true",
        "MASTER_PORT": "29500",
    }.items():
        monkeypatch.setenv(name, value)
    assert main(["train", "--out", str(tmp_path / "r")]) == 2
    assert "torchrun" in capsys.readouterr().err and not (tmp_path / "r").exists()


def test_a_single_process_does_not_import_accelerate():
    code = (
        "import sys; from gan.cli.main import main; "
        "import gan.runner.checkpointing, gan.cli.train_commands; "
        "from gan.training.cluster import joined\n"
        "with joined() as peers: print(peers.count, peers.main, 'accelerate' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "1 True False", done.stderr
