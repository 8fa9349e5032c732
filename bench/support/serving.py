"""Serve the app in a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def serve(
    script: str = "app.py",
    start_s: float = 120,
    env: Mapping[str, str] = MappingProxyType({}),
    log: Path | None = None,
) -> Iterator[tuple[str, int]]:
    """Run a script that serves a page; yield its address and process id.

    env: further environment variables. log: a file for all that the server prints.

    Raises:
        TimeoutError: it does not answer within `start_s` seconds.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as runs:
        every = {
            **os.environ,
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "LATENT_STUDIO_RUNS": runs,
            "OMP_WAIT_POLICY": "PASSIVE",
            "PYTHONPATH": str(ROOT),
            **env,
        }
        with open(log or os.devnull, "wb") as out:
            server = subprocess.Popen(
                [sys.executable, script],
                cwd=ROOT,
                env=every,
                stdout=out,
                stderr=out if log else None,
            )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, server, start_s)
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(60)


def _wait(address: str, server: subprocess.Popen, start_s: float) -> None:
    end = time.monotonic() + start_s
    while time.monotonic() < end:
        if server.poll() is not None:
            raise TimeoutError(f"The server ended with exit status {server.returncode}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{address} did not answer within {start_s:.0f} s")


def quantile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
