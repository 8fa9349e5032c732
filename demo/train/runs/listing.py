"""The list of runs on this server: what has changed since a page asked last."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.runs.cards import Card, card, stamp
from gan.runs.listing import run_folders
from gan.storage.run_lock import is_locked

CARD_S = 5.0  # a card of a run in progress, which changes all the time, is kept this long


@dataclass(frozen=True)
class _Made:
    stamp: tuple[int, ...]
    version: int
    made_s: float
    card: Card | None


class RunList:
    """Caches cards of runs until their files change. Thread-safe."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._lock = threading.Lock()
        # grows with every change; starts at the time, so that it also grows over restarts
        self._version = time.time_ns() // 1_000_000
        self._cards: dict[str, _Made] = {}  # by name
        self._order: tuple[int, list[str]] = (self._version, [])
        self._far: list[str] = []  # the runs that other processes train

    def since(self, version: Any, who: Any) -> dict[str, Any]:
        """Return what has changed since `version`: `cards` by name, and `names`, newest run first.

        Always: `version`, and `going`, the names of the runs in progress, with `state` and `step`.
        `elsewhere`: the names of runs that other processes train, if any.
        """
        known = version if type(version) is int else 0
        with self._lock:
            self._look()
            now, (ordered, names), far = self._version, self._order, self._far
            known = known if known <= now else 0
            made = [one for one in self._cards.values() if one.card]
        owns, hides = self._studio.access.owns, self._studio.access.privacy.hides
        runs = [one.card.info for one in made]
        hidden = {run.name for run in runs if hides(who, run.folder, run.config)}
        fresh = [one.card for one in made if one.version > known]
        payload: dict[str, Any] = {"version": now, **self._going()}
        payload["going"] = [name for name in payload["going"] if name not in hidden]
        if far := [name for name in far if name not in hidden]:
            payload["elsewhere"] = far
        cards = {}
        for run, card_payload in ((one.info, one.payload) for one in fresh):
            if run.name not in hidden:
                cards[run.name] = card_payload | {"mine": owns(who, run.folder)}
                if hides("", run.folder, run.config):
                    cards[run.name]["key"] = self._studio.gate.key(run.name)
        if cards:
            payload["cards"] = cards
        if ordered > known:
            payload["names"] = [name for name in names if name not in hidden]
        return payload

    def forget(self, name: str) -> None:
        """Make the card of a run anew at the next call, also while the run is in progress."""
        with self._lock:
            self._cards.pop(name, None)

    def is_going(self, name: str) -> bool:
        """Return whether this run is in progress, paused, or may be the one that is loading."""
        going = self._going()
        return going["state"] == "loading" or name in going["going"]

    def _look(self) -> None:
        now_s, folders = time.monotonic(), run_folders(self._studio.settings.runs)
        self._far = [name for name, folder in folders.items() if is_locked(folder)]
        going = [*self._going()["going"], *self._far]
        for name, folder in folders.items():
            mark, known = stamp(folder), self._cards.get(name)
            serves = known is not None and name in going and now_s - known.made_s < CARD_S
            if known is None or (known.stamp != mark and not serves):
                self._version += 1
                try:
                    made = card(folder)
                except FileNotFoundError:  # deleted meanwhile
                    made = None
                self._cards[name] = _Made(mark, self._version, now_s, made)
        self._cards = {name: self._cards[name] for name in folders}
        there = [made.card for made in self._cards.values() if made.card is not None]
        there.sort(key=lambda made: (made.info.when, made.info.name), reverse=True)
        names = [made.info.name for made in there]
        if names != self._order[1]:
            self._version += 1
            self._order = (self._version, names)

    def _going(self) -> dict[str, Any]:
        status = self._studio.runner.status
        if status.state not in ACTIVE:
            return {"going": [], "state": status.state}
        runs = [status, status.beside] if status.beside else [status]
        return {"going": [one.run for one in runs], "state": status.state, "step": status.step}
