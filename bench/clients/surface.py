"""All that a server answers to: server functions, events, and routes, its own and Gradio's.

Nothing is listed by hand: functions and events are those of /config, routes those of the app, and
the names of what payloads hold are read from the source. `VALUES` only knows what is worth trying
for some of these names; another name gets what earlier answers had under it, or junk.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bench.clients import uploads
from bench.clients.http_calls import Call
from bench.clients.junk import TEXTS, encode, junk, mutate
from bench.support.serving import ROOT
from tests.clips import CLIP

KEY = re.compile(r'payload(?:\.get\(|\[)"(\w+)"')
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get")
KINDS = (
    "text/plain",
    "application/json",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "\u00e9",
)
ODD_HEADERS = (
    ("range", "bytes=0-1,2-3,5-"),
    ("range", "bytes=-1"),
    ("range", "bytes=99999999999999999999-"),
    ("range", "bytes=" + ",".join(["0-"] * 3_000)),
    ("if-range", "x"),
    ("if-modified-since", "never"),
    ("if-none-match", '"' + "x" * 4_000),
    ("content-length", "-1"),
    ("content-length", "9" * 30),
    ("transfer-encoding", "chunked"),
    ("expect", "100-continue"),
    ("host", "evil.example"),
    ("origin", "https://evil.example"),
    ("sec-fetch-site", "cross-site"),
    ("referer", "\u00ff"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "gopher"),
    ("x-gradio-server", "http://127.0.0.1:9"),
    ("accept-language", "zh;q=x,,;" + "a-" * 2_000),
    ("accept-encoding", "gzip;q=nan"),
    ("cookie", "access-token=" + "x" * 4_000),
    ("authorization", "Bearer \u00e9"),
    ("upgrade", "websocket"),
    ("x-studio-who", "%ff%00 " + "x" * 5_000),
)
QUERIES = (  # of uploads
    "",
    "?name=a.zip&size=32",
    "?name=%ff&size=9&fit=x",
    "?kind=clip&head=9&size=99",
    "?kind=picture&language=zh",
    f"?head={'9' * 5_000}&size=-1",
)
SEEN_MAX = 20_000  # characters of a value that is sent back; a search has a few thousand
PICTURE = {"picture": "A" * 1_046 + "==", "h": 28, "w": 28, "c": 1, "centre": True}


class Surface:
    """Makes calls to everything, as a stranger who has heard of some `names`.

    components: {elem_id: number} of the parts that have server functions.
    """

    def __init__(self, config: dict[str, Any], routes: list[tuple[str, set[str]]]) -> None:
        parts = config["components"]
        self.functions = [
            (p["props"].get("elem_id"), p["id"], name)
            for p in parts
            for name in p.get("server_fns") or p["props"].get("server_fns") or ()
        ]
        self.components = {panel: number for panel, number, _ in self.functions}
        self.events = [each for each in config["dependencies"] if each["backend_fn"]]
        self.routes = routes
        self._kinds = {part["id"]: part["type"] for part in parts}
        source = "".join(p.read_text(encoding="utf-8") for p in ROOT.glob("demo/**/*.py"))
        self._keys = sorted({*KEY.findall(source), *CLIP, *PICTURE})
        self._seen: dict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=6))

    def meet(self, token: str, names: list[str], run: bytes) -> None:
        """Set the stranger's token, names they have heard of, and the zip of a run of theirs."""
        self.token, self._names, self._zips = token, names, uploads.RunZips(run)
        models = ["mnist", *(f"run:{name}" for name in names), f"run:{names[0]}@20", "hub:a/b"]
        self._known = [*names, *models, token]
        tiny = {"width": 4, "batch_size": 4, "z_dim": 8, "steps": 3}
        settings = [tiny, {}, *(tiny | {"data": name} for name in names)]
        self.values: dict[str, list[Any]] = {
            "who": [token] * 30 + ["", None, names[0]] * 5 + [f"{token} wrong-key"],
            "run": names,
            "show": names,
            "runs": [[one, other] for one in names for other in names],
            "model": models,
            "id": names,
            "settings": settings,
            "steps": [[0, 20], [3]],
            "z": [[[0.1] * 64], [[0.1] * 8], [[0.1] * 64] * 8],
            "labels": [[3], None],
            "label": [0, None],
            "job": ["pause", "resume", "stop", "configure"],
            "values": [{"lr_g": 1e-4}, {"lr_d": 0.01, "r1_gamma": 5}],
            "remedy": ["lower_rates", "rollback"],
            "experiment": ["r1", "batch_size", "learning_rate"],
            "preset": ["default", "article"],
            "move": ["D", "G"],
            "version": [0, 10**12],
            "at": [[0, 0]],
            "counts": [[0, 0, 0]],
            "sides": [[{}, {}]],
            "number": [0],
            "name": ["fuzzed", "owner/model"],
            "title": ["fuzzed", ""],
            "folder": ["/etc", str(ROOT)],
            "file": [True, False],
        }
        self.values |= {key: [value] for key, value in (CLIP | PICTURE).items() if key != "model"}

    def remember(self, body: bytes) -> None:
        """Keep what an answer holds under the names of payloads, to send it back later."""
        try:
            answer = json.loads(body) if body[:1] == b"{" and len(body) < 1_000_000 else {}
        except (ValueError, RecursionError):
            return
        inner = [one for one in answer.values() if isinstance(one, dict)]
        for part in (answer, *inner):
            for key in self._keys:
                found = None if key in CLIP else part.get(key)
                if found and len(str(found)) < SEEN_MAX:
                    self._seen[key].append(found)

    def payload(self, rng: random.Random, **fixed: Any) -> dict[str, Any]:
        """Return a payload that holds something plausible for every function."""
        kept, made = rng.choice((1.0, 0.9, 0.6)), {}
        for key in self._keys:
            choices = [*self.values.get(key, ()), *self._seen.get(key, ())]
            # with a state a search continues; with steps the time machine draws
            if choices and rng.random() < (0.3 if key in ("state", "steps") else kept):
                made[key] = rng.choice(choices)
            elif not choices and rng.random() < 0.5:
                made[key] = junk(rng)
        return made | fixed

    def server_function(
        self, rng: random.Random, target: tuple[str, int, str], payload: Any = None
    ) -> Call:
        """Return a call of one function; without a payload, of a mutated one."""
        panel, number, name = target
        data = payload
        if payload is None:
            data = self.payload(rng)
            data = mutate(data, rng, self._known) if rng.random() < 0.8 else data
            data = junk(rng) if rng.random() < 0.05 else data
        body = {"data": data, "component_id": number, "fn_name": name, "session_hash": "stranger"}
        if payload is None and rng.random() < 0.06:
            body = mutate(body, rng, self._known)
        return self._post(rng, f"{panel}.{name}", "/gradio_api/component_server/", body)

    def event(self, rng: random.Random, target: dict[str, Any]) -> list[Call]:
        """Return the calls that start an event in one of Gradio's ways, and follow it."""
        name, session = target["api_name"], f"s{rng.randrange(10**9)}"
        data = [self._input(rng, self._kinds.get(each)) for each in target["inputs"]]
        body = {"data": data, "fn_index": target["id"], "session_hash": session, "trigger_id": None}
        body = mutate(body, rng, self._known) if rng.random() < 0.4 else body
        way, label = rng.choice(("queue", "run", "api", "call", "call/v2")), f"event {name}"
        if way == "queue":
            joined = self._post(rng, label, "/gradio_api/queue/join?", body)
            follow = Call(label, "GET", f"/gradio_api/queue/data?session_hash={session}")
            return [joined, follow]
        return [self._post(rng, label, f"/gradio_api/{way}/{name}", body)]

    def route(self, rng: random.Random, target: tuple[str, set[str]]) -> Call:
        """Return a request to a route: right and wrong methods, names, queries, headers, bodies."""
        path, methods = target
        real = path
        for part in re.findall(r"\{[^}]*\}", path):
            value = rng.choice((*self._names, *self._names, "3", *TEXTS[:-1], *self._known))
            real = real.replace(
                part, quote(str(value).encode(errors="replace"), safe=rng.choice(("", "/."))), 1
            )
        if rng.random() < 0.3:
            query = "&".join(
                f"{rng.choice(self._keys)}={quote(str(rng.choice(TEXTS[:-1])).encode(errors='replace'))}"
                for _ in range(3)
            )
            real += "?" + query
        method = rng.choice(sorted(methods)) if rng.random() < 0.7 else rng.choice(METHODS)
        headers, body = {}, b""
        if method not in ("GET", "HEAD") or rng.random() < 0.1:
            body = self._body(rng)
            headers["content-type"] = rng.choice(KINDS)
        if rng.random() < 0.5:
            headers["x-studio-who"] = self.token
        cut = rng.randrange(len(body) + 1) if rng.random() < 0.05 else 0
        return self._odd(rng, Call(f"{method} {path}", method, real, body, headers, cut))

    def upload(self, rng: random.Random, path: str) -> Call:
        """Return a POST of a file to one of our own routes."""
        headers = {"x-studio-who": self.token}
        return self._odd(
            rng, Call(f"POST {path}", "POST", path + rng.choice(QUERIES), self._body(rng), headers)
        )

    def _body(self, rng: random.Random) -> bytes:
        makers: tuple[Callable[[random.Random], bytes], ...] = (
            self._zips.make,
            self._zips.make,
            uploads.images,
            uploads.recipe,
            uploads.picture,
            lambda rng: encode(mutate(self.payload(rng), rng, self._known)),
            lambda rng: rng.randbytes(rng.choice((1, 100, 2_000_000))),
        )
        return rng.choice(makers)(rng)

    def _input(self, rng: random.Random, kind: str | None) -> Any:
        value: Any = (
            self.payload(rng) if kind == "html" else rng.choice((*self._known, "gif", "mp4"))
        )
        return mutate(value, rng, self._known) if rng.random() < 0.7 else value

    def _post(self, rng: random.Random, target: str, path: str, body: Any) -> Call:
        data, cut = encode(body), 0
        headers = {"content-type": "application/json", "x-studio-who": self.token}
        if rng.random() < 0.03:
            data = uploads.damaged(data, rng)
        if rng.random() < 0.03:
            headers["content-type"] = rng.choice(KINDS)
        if rng.random() < 0.01:
            cut = rng.randrange(len(data) + 1)
        return self._odd(rng, Call(target, "POST", path, data, headers, cut))

    def _odd(self, rng: random.Random, call: Call) -> Call:
        if rng.random() < 0.08:
            name, value = rng.choice(ODD_HEADERS)
            call.headers[name] = value
        return call
