"""Check an unpacked run in a process of its own: `python -m gan.runs.check_worker`.

Starting it takes two or three seconds. The protocol is that of `gan.system.bounded_process`: the
request is {"folder"}, the only event {} if the run is good, {"refused": sentence}, or {"disk": why}
if the disk refused.
"""

import threading
from contextlib import closing
from pathlib import Path

from gan.runs.validate import ArchiveError, check_run
from gan.system.bounded_process import (
    limit_memory,
    limit_time,
    process_events,
    read_request,
    send,
)

TOO_HEAVY = "This run cannot be checked: that takes too much memory or time."
WORKER = ("-m", "gan.runs.check_worker")
MEMORY_BYTES = 4 << 30  # a checkpoint is in memory three times
CPU_S = 120
TIMEOUT_S = 600  # for a disk that does not answer, and a busy machine


def check_apart(folder: Path) -> None:
    """Call `check_run` in a process of its own; its errors are raised here."""
    request, ended = {"folder": str(folder.absolute())}, {"refused": TOO_HEAVY}
    events = process_events(WORKER, request, threading.Event(), TIMEOUT_S, TIMEOUT_S)
    with closing(events):
        told = next(events, ended)
    if "disk" in told:
        raise OSError(told["disk"])
    if "refused" in told:
        raise ArchiveError(told["refused"])


def main() -> None:
    """Carry out the request on stdin."""
    limit_memory(MEMORY_BYTES)
    limit_time(CPU_S)
    try:
        check_run(Path(read_request()["folder"]))
    except ArchiveError as error:
        send({"refused": str(error)})
    except OSError as error:
        send({"disk": error.strerror or "unknown"})
    except MemoryError:
        send({"refused": TOO_HEAVY})
    else:
        send({})


if __name__ == "__main__":
    main()
