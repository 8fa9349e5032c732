"""A process of its own for untrusted data, with limits of memory and time.

Data that exhausts memory or time, or crashes a library, ends only that process, and the server's
interpreter stays free meanwhile. Protocol: a request on stdin, one JSON object; events on stdout,
JSON lines. `process_events` is for the parent; the process calls the other functions.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from gan.paths import ROOT

NICE = 10  # as training
POLL_S = 0.2


def process_events(
    arguments: Sequence[str],
    request: dict[str, Any],
    stop: threading.Event,
    first_s: float,
    next_s: float,
) -> Iterator[dict[str, Any]]:
    """Yield the events of `python <arguments>`, which has ended afterwards.

    It is killed when `stop` is set, or when the first event takes longer than `first_s`, or a later
    one longer than `next_s`.
    """
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=ROOT,
        # each of numpy's threads reserves memory, which the process limits
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C goes to this process only, which then ends the other
        process_group=0 if os.name == "posix" else None,
    )
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(process, lines), daemon=True)
    listener.start()
    try:
        process.stdin.write(json.dumps(request).encode())
        process.stdin.close()
        silent_s, timeout_s = 0.0, first_s
        while not stop.is_set() and silent_s < timeout_s:
            try:
                line = lines.get(timeout=POLL_S)
            except queue.Empty:
                silent_s += POLL_S
                continue
            if line is None:
                return
            silent_s, timeout_s = 0.0, next_s
            yield json.loads(line)
    except BrokenPipeError:  # it ended before it read the request
        return
    finally:
        process.kill()
        process.wait()
        listener.join()
        process.stdout.close()


def read_request() -> dict[str, Any]:
    """Return the request."""
    return json.loads(sys.stdin.read())


def send(event: dict[str, Any]) -> None:
    """Send an event."""
    print(json.dumps(event), flush=True)


def limit_time(seconds: float) -> None:
    """End the process after so much more processor time; a busy machine does not count."""
    if hasattr(signal, "ITIMER_PROF"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def limit_memory(count_bytes: int) -> None:
    """Limit the memory of the process, and lower its priority."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        import resource
    except ImportError:  # Windows: only the timeouts of `process_events` apply
        return
    with contextlib.suppress(ValueError, OSError):  # macOS has the limits and refuses to set them
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # not the address space, of which libraries for GPUs take many GB
        resource.setrlimit(resource.RLIMIT_DATA, (count_bytes, count_bytes))


def _listen(process: subprocess.Popen, lines: queue.SimpleQueue[bytes | None]) -> None:
    for line in process.stdout:
        if line.endswith(b"\n"):  # else the process was killed while writing it
            lines.put(line)
    lines.put(None)
