"""Load a server with everything that visitors do at once, beside a training run.

    python bench/load.py [--minutes 10]

Each kind of work runs in a thread of its own, again and again: draws, searches, the time machine,
estimates, exports as GIF and MP4, films, downloads and uploads of runs and images, recipes, pages,
and the polls of many visitors. Then each kind runs alone, which tells the heaviest single request.
Another visitor asks for something cheap every 0.2 s meanwhile. The last line is one JSON object:
refusals, of a busy or full server, are counted as `refused`; `rss_*` is the resident memory of all
its processes after a tenth of the time, at the end, and at most; `slowest_ping_s` is the longest
answer to the other visitor and `then` what was in flight; `heaviest` is the kind that delays them
most when it runs alone, by `heaviest_ping_s`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.clients.http_calls import Call, send
from bench.clients.ping import Ping
from bench.clients.work import Work
from bench.support.memory import Memory, resident_mb
from bench.support.serving import serve

ALONE_S = 5.0


def together(load: Work, ping: Ping, seconds: float) -> None:
    """Do all kinds of work at once."""
    end = time.monotonic() + seconds

    def repeat(kind: str, work: Callable[[], Any]) -> None:
        while time.monotonic() < end:
            load.do(kind, work)
            time.sleep(0.05)

    threads = [threading.Thread(target=repeat, args=each) for each in load.kinds().items()]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        ping.busy = " ".join(kind for kind, count in load.flying.items() if count)
        time.sleep(0.02)
    for thread in threads:
        thread.join()


def alone(load: Work, port: int) -> dict[str, float]:
    """Do each kind of work alone; return the slowest ping of each."""
    found = {}
    for kind, work in (load.kinds() | load.heavy()).items():
        with Ping(port) as ping:
            end = time.monotonic() + ALONE_S
            while time.monotonic() < end:
                load.do(kind, work)
        found[kind] = ping.slowest_s
    return found


def train(load: Work, closing: threading.Event) -> None:
    """Keep a training run going."""
    visitor = load.visitors[-1]
    while not closing.wait(1):
        if visitor.standing()["state"] not in ("running", "loading"):
            visitor.call("train-form", "start", settings={})


def main() -> None:
    """Load a server, print a table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    seconds, closing = 60 * parser.parse_args().minutes, threading.Event()
    with tempfile.TemporaryDirectory() as root:
        env = {"LATENT_STUDIO_PUBLIC": "1", "LATENT_STUDIO_RUNS": f"{root}/runs", "TMPDIR": root}
        with serve(env=env) as (address, pid):
            port = int(address.rpartition(":")[2])
            load = Work(port, json.loads(send(port, Call("config", "GET", "/config")).body))
            trainer = threading.Thread(target=train, args=(load, closing))
            trainer.start()
            try:
                with Memory(pid) as memory, Ping(port) as ping:
                    together(load, ping, seconds / 10)
                    start_mb = resident_mb(pid)
                    together(load, ping, seconds * 9 / 10)
                    end_mb = resident_mb(pid)
                pings = alone(load, port)
            finally:
                closing.set()
                trainer.join()
    print("kind           requests refused  median s slowest s ping alone s")
    for kind, took in load.took.items():
        middle, most = statistics.median(took), max(took)
        counts = f"{len(took):8} {load.refused[kind]:7}"
        print(f"{kind:14} {counts} {middle:9.2f} {most:9.2f} {pings[kind]:12.2f}")
    for kind, messages in load.errors.items():
        print(f"{len(messages)} errors of {kind}: {messages[0]}")
    heaviest = max(pings, key=pings.__getitem__)
    figures = {
        "minutes": round(seconds / 60, 1),
        "requests": load.requests.total(),
        "errors": sum(map(len, load.errors.values())),
        "refused": load.refused.total(),
        "rss_start_mb": round(start_mb),
        "rss_end_mb": round(end_mb),
        "rss_peak_mb": round(max(memory.seen)),
        "slowest_ping_s": round(ping.slowest_s, 2),
        "then": ping.then,
        "heaviest": heaviest,
        "heaviest_ping_s": round(pings[heaviest], 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
