"""Values that no page sends, and structured changes of valid payloads.

JSON is written by `encode`, which can also write what Python's `json` cannot: numbers of thousands
of digits, and lists nested beyond its recursion limit.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

_DIGITS, _DEEP, _DEEP_OBJECT = "@digits@", "@deep@", "@deep object@"
LARGE = {
    _DIGITS: "9" * 5_000,
    _DEEP: "[" * 100_000 + "]" * 100_000,
    _DEEP_OBJECT: '{"a":' * 20_000 + "1" + "}" * 20_000,
}
NUMBERS = (0, -1, 1, 2, 2**31, 2**53 + 1, -(2**63), 2**64, 0.5, -0.0, 5e-324, 1e308, -1e308)
SURROGATES = ("\ud800", "\udfff\ud800", "a\ud800")
TEXTS = (
    "",
    " ",
    "0",
    "\0",
    "a\0b",
    "\r\nset-cookie: a=b",
    "\u202e\u200b\ufeff",
    "\uff11\uff12",  # digits, but not of ASCII
    "NaN",
    "1e999",
    "-" * 65,
    "__class__",
    "../../../../etc/passwd",
    "..",
    "/",
    "/etc/passwd",
    "~",
    "file:///etc/passwd",
    "http://127.0.0.1:9/",
    "C:\\con",
    "%2e%2e%2f",
    "{0.__class__}",
    "%s%n",
    "<script>alert(1)</script>",
    "'; drop table runs; --",
    ".arriving",
    ".trash",
    "run:",
    "run:..",
    "run:a@9",
    "hub:../..",
    "e\u0301" * 50,
    "x" * 300,
    "x" * 1_000_000,
)
NESTED = (
    [],
    {},
    [[]],
    [None],
    [[[[[[[[1]]]]]]]],
    {"": None},
    {"__proto__": {"a": 1}, "constructor": 1},
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
    {"url": "http://127.0.0.1:9/", "path": "x", "meta": {"_type": "gradio.FileData"}},
    {"__type__": "update", "value": "/etc/passwd"},
    [0] * 10_000,
    [[1.0, 2.0], [3.0]],
    [1, "a", None, True, {}, []],
)
# most servers refuse the whole of a payload that holds one of these
RARE = (
    10**300,
    10**400,
    -(10**400),
    float("nan"),
    float("inf"),
    float("-inf"),
    *SURROGATES,
    *LARGE,
)
JUNK: tuple[Any, ...] = (None, True, False, *NUMBERS, *TEXTS, *NESTED)


def encode(value: Any) -> bytes:
    """Return JSON, which may hold NaN, Infinity, lone surrogates, and what `LARGE` stands for."""
    text = json.dumps(value)
    for name, long in LARGE.items():
        text = text.replace(f'"{name}"', long)
    return text.encode()


def junk(rng: random.Random) -> Any:
    """Return something that no page sends."""
    return rng.choice(RARE if rng.random() < 0.04 else JUNK)


def mutate(value: Any, rng: random.Random, known: Sequence[Any]) -> Any:
    """Change one to three places of a payload; `known` are names that mean something there."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        value = _changed(value, rng, known)
    return value


def _changed(value: Any, rng: random.Random, known: Sequence[Any]) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.95:
        name, place = rng.choice(list(value)), rng.random()
        if place < 0.08:
            return {key: one for key, one in value.items() if key != name}
        if place < 0.12:
            return value | {rng.choice(TEXTS[:-1]): junk(rng)}
        return value | {name: _changed(value[name], rng, known)}
    if isinstance(value, list) and 0 < len(value) < 1_000 and rng.random() < 0.6:
        at, place = rng.randrange(len(value)), rng.random()
        if place < 0.15:
            return value[:at]
        if place < 0.3:
            return value * rng.choice((2, 100))
        return [*value[:at], _changed(value[at], rng, known), *value[at + 1 :]]
    if isinstance(value, str) and rng.random() < 0.2:
        return value[: len(value) // 2] + rng.choice(TEXTS[:-1])
    if type(value) in (int, float) and rng.random() < 0.3:
        return value * rng.choice((-1, 1.5, 1_000, 1e300)) if abs(value) < 1e300 else value
    return rng.choice(known) if known and rng.random() < 0.2 else junk(rng)
