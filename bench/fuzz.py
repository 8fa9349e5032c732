"""Call everything that a public server answers to with junk, as a stranger without rights.

    python bench/fuzz.py [--calls 6000] [--seed 0]

Starts a server, and an owner who has a finished run, a paused run on own images, and the images.
Then a stranger calls every server function, event and route (`bench.clients.surface`); later the
owner's run ends, and the stranger may train. Counts answers with status 500, tracebacks in the log,
answers over 2 s (uploads of runs: 10 s) that are as slow when the call is repeated, and what breaks
the owner's rights: files of theirs that change, and answers with what only they may know or with a
folder of the server. `rss_growth_mb` is that of the last four tenths of the calls; `slowest_ping_s`
the longest answer to another visitor. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the repository's root

from bench.clients.http_calls import Answer, Call, send
from bench.clients.owner import Owner
from bench.clients.ping import Ping
from bench.clients.surface import Surface
from bench.clients.visitor import Visitor
from bench.support.memory import resident_mb
from bench.support.serving import ROOT, serve

HANG_S = 2.0
CHECK_S = 10.0  # an uploaded run is checked in a new process; others are answered meanwhile
SHOWN = 20  # faults of a kind, with one call each
KINDS = ("rights_broken", "hangs", "errors_500", "tracebacks")
# uvicorn answers a body that turns out broken although the request was answered before; harmless
OF_UVICORN = "h11._util.LocalProtocolError: can't handle event type Response"
LIMITS = {
    "LATENT_STUDIO_PUBLIC": "1",
    "LATENT_STUDIO_OWNER_KEY": "key-of-the-server",
    "LATENT_STUDIO_MAX_STEPS": "300",
    "LATENT_STUDIO_MAX_RUN_S": "3600",  # or the paused run would end while strangers wait
    "LATENT_STUDIO_AWAY_S": "3600",
    "HF_ENDPOINT": "http://127.0.0.1:9",  # no Hub
}


def routes() -> list[tuple[str, set[str]]]:
    """Return path and methods of every route of the app."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from gradio.routes import App

    from demo.server.studio import Studio
    from demo.settings import Settings
    from demo.ui import build, launch_options

    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(runs=Path(folder) / "runs"))
        options = launch_options(studio)["app_kwargs"]
        waiting, found = list(App.create_app(build(studio), app_kwargs=options).routes), {}
        studio.close()
    while waiting:
        route = waiting.pop()
        waiting += getattr(getattr(route, "original_router", None), "routes", ())
        if path := getattr(route, "path", None):
            found.setdefault(path, set()).update(getattr(route, "methods", None) or {"GET"})
    return sorted(found.items())


class Fuzzer:
    """Sends calls and notes what goes wrong: in `faults`, by kind, the calls of each."""

    def __init__(self, port: int, log: Path, folder: Path, surface: Surface, owner: Owner) -> None:
        self.faults: dict[str, list[tuple[str, Call]]] = {}
        self.calls, self.statuses = 0, Counter[int]()
        self._port, self._log, self._folder = port, log, folder
        self._surface, self._owner = surface, owner
        self._read, self._belongings = 0, owner.belongings(folder)
        self.paths = [
            f"{place}/" for place in {str(folder), str(ROOT), os.path.realpath(sys.prefix)}
        ]

    def settle(self) -> None:
        """Take the owner's files as they are now."""
        self._belongings = self._owner.belongings(self._folder)

    def send(self, call: Call, said: bytes = b"") -> Answer:
        """Send one call, and look at everything that may have gone wrong.

        said: what the stranger told the server before that the answer may be about.
        """
        self.calls += 1
        answer = send(self._port, call)
        self.statuses[answer.status] += 1
        most_s = CHECK_S if (call.method, call.path) == ("POST", "/studio/runs") else HANG_S
        if answer.seconds > most_s and send(self._port, call).seconds > most_s:
            self.note("hangs", f"{answer.seconds:.1f} s", call)
        if answer.status == 500:
            self.note("errors_500", "status 500", call)
            time.sleep(0.02)  # until it is logged
        for found in self._tracebacks():
            self.note("of_uvicorn" if found.startswith(OF_UVICORN) else "tracebacks", found, call)
        self._rights(call, answer, said + call.to_bytes())
        if not any(secret.encode() in answer.body for secret in self._owner.secrets):
            self._surface.remember(answer.body)
        return answer

    def note(self, kind: str, what: str, call: Call) -> None:
        """Note a fault."""
        notes = self.faults.setdefault(kind, [])
        if not any(one.target == call.target for _, one in notes):
            print(f"{self.calls:6} {kind} {call.target}: {what}", flush=True)
        notes.append((what, call))

    def _tracebacks(self) -> Iterator[str]:
        """Yield the last lines of the tracebacks that are new in the log."""
        if self._log.stat().st_size == self._read:
            return
        with self._log.open("rb") as file:
            file.seek(self._read)
            text = file.read().decode(errors="replace")
            self._read = file.tell()
        for part in text.split("Traceback (most recent call last)")[1:]:
            yield next((line for line in part.splitlines()[1:] if line[:1].strip()), "?")[:200]

    def _rights(self, call: Call, answer: Answer, sent: bytes) -> None:
        owner = self._owner
        got = answer.headers.encode(errors="replace") + answer.body
        for secret in (*owner.secrets, *self.paths, LIMITS["LATENT_STUDIO_OWNER_KEY"]):
            if secret.encode() in got and secret.encode() not in sent:
                self.note("rights_broken", f"tells {secret}", call)
        now = owner.belongings(self._folder)
        if now != self._belongings:
            changed = sorted({*now.items()} ^ {*self._belongings.items()})
            self.note("rights_broken", f"changes {changed[0][0]}", call)
            self._belongings = now


def junk(fuzzer: Fuzzer, surface: Surface, calls: int, rng: random.Random) -> None:
    """Make so many calls to all targets in turn."""
    own = [
        path for path, methods in surface.routes if path.startswith("/studio") and "POST" in methods
    ]
    # twice as often: what does work
    targets: list[Any] = [("function", one) for one in surface.functions] * 3
    targets += [("event", one) for one in surface.events] * 2
    targets += [("upload", one) for one in own] * 8 + [("route", one) for one in surface.routes]
    end = fuzzer.calls + calls
    while fuzzer.calls < end:
        kind, target = rng.choice(targets)
        if kind == "event":
            first, *rest = surface.event(rng, target)
            fuzzer.send(first)
            for follow in rest:
                fuzzer.send(follow, first.to_bytes())
            continue
        make = {
            "function": surface.server_function,
            "upload": surface.upload,
            "route": surface.route,
        }
        answer = fuzzer.send(make[kind](rng, target))
        if kind == "upload" and answer.body.startswith(b'{"run"'):
            # what was taken must be fit to be shown by every function
            name = json.loads(answer.body)["run"]
            fixed = {"run": name, "show": name, "model": f"run:{name}", "runs": [name, name]}
            for one in surface.functions:
                fuzzer.send(surface.server_function(rng, one, surface.payload(rng, **fixed)))


def table(faults: dict[str, list[tuple[str, Call]]]) -> None:
    """Print the kinds of faults, of each the most frequent first, with the shortest call."""
    for kind in KINDS:
        found: dict[str, list[Call]] = {}
        for what, call in faults.get(kind, ()):
            # a traceback is often that of the call before
            name = what[:60] if kind == "tracebacks" else call.target
            found.setdefault(name, []).append(call)
        for name, calls in sorted(found.items(), key=lambda one: -len(one[1]))[:SHOWN]:
            least = min(calls, key=lambda call: len(call.to_bytes()))
            print(f"{len(calls):5} {kind} {name}")
            print(f"      {least.method} {least.path[:200]} {least.body[:1500]!r}")


def main() -> None:
    """Run the server, the owner and the stranger; print the faults and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng, table_of_routes = random.Random(args.seed), routes()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root).resolve()
        (folder / "tmp").mkdir()
        (folder / "tmp" / "canary.txt").write_text("a file that nobody may read")
        env = LIMITS | {"LATENT_STUDIO_RUNS": str(folder / "runs"), "TMPDIR": str(folder / "tmp")}
        log = folder / "log"
        with serve(env=env, log=log) as (address, pid):
            port = int(address.rpartition(":")[2])
            config = json.loads(send(port, Call("config", "GET", "/config")).body)
            surface = Surface(config, table_of_routes)
            owner, stranger = (kind(port, surface.components) for kind in (Owner, Visitor))
            own = stranger.small_run(20)
            zipped = send(port, Call("zip", "GET", f"/studio/runs/{own}.zip")).body
            owner.prepare()
            surface.meet(stranger.token, [own, *owner.names], zipped)
            fuzzer = Fuzzer(port, log, folder, surface, owner)
            with Ping(port) as ping:
                begun = time.perf_counter()
                junk(fuzzer, surface, args.calls * 4 // 10, rng)
                paused = owner.standing()
                if (paused["state"], paused["run"]) != ("paused", owner.private):
                    fuzzer.note("rights_broken", f"run is {paused['state']}", Call("", "", ""))
                else:
                    owner.finish()
                fuzzer.settle()
                # until caches are full, and something has been trained
                junk(fuzzer, surface, args.calls * 2 // 10, rng)
                warm_mb = resident_mb(pid)
                junk(fuzzer, surface, args.calls - fuzzer.calls, rng)
                took_s = time.perf_counter() - begun
            time.sleep(5)
            grown_mb = resident_mb(pid) - warm_mb
    table(fuzzer.faults)
    count = {kind: len(notes) for kind, notes in fuzzer.faults.items()}
    statuses, known = dict(sorted(fuzzer.statuses.items())), count.get("of_uvicorn", 0)
    print(f"statuses: {statuses}; tracebacks of uvicorn, not counted: {known}")
    figures = {"calls": fuzzer.calls} | {kind: count.get(kind, 0) for kind in sorted(KINDS)}
    figures |= {"rss_growth_mb": round(grown_mb), "slowest_ping_s": round(ping.slowest_s, 2)}
    print(json.dumps(figures | {"seconds": round(took_s)}))


if __name__ == "__main__":
    main()
