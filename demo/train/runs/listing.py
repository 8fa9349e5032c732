"""The list of runs on this server: what has changed since a page asked last."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.server.endpoint import without_folders
from demo.server.model_menu import dated_name
from demo.server.studio import Studio
from demo.server.training_slot import ACTIVE
from demo.train.payload import diagnosis_payload
from demo.train.runs.cards import Card, Stamp, card, stamp
from gan.config import PRESETS, Config, preset
from gan.runs.snapshots import sample_side
from gan.storage.layout import MODEL
from gan.storage.run_lock import is_locked

CARD_S = 5.0  # a card of a run in progress, which changes all the time, is kept this long
# settings that no preset determines
OWN = ("seed", "steps", "data", "image_size", "image_channels", "image_classes")


@dataclass(frozen=True)
class _Made:
    stamp: Stamp
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
            made = {name: one for name, one in self._cards.items() if one.card}
        owns, hides = self._studio.access.owns_folder, self._studio.access.privacy.hides
        hidden = {
            name
            for name, one in made.items()
            if hides(who, one.card.info.folder, one.card.info.config)
        }
        fresh = [one.card for name, one in made.items() if one.version > known]
        fresh = [card for card in fresh if card.info.name not in hidden]
        payload: dict[str, Any] = {"version": now, **self._going()}
        payload["going"] = [name for name in payload["going"] if name not in hidden]
        if far := [name for name in far if name not in hidden]:
            payload["elsewhere"] = far
        if fresh:
            payload["cards"] = {
                one.info.name: _payload(one) | {"mine": owns(who, one.info.folder)} for one in fresh
            }
        if ordered > known:
            payload["names"] = [name for name in names if name not in hidden]
        return payload

    def card(self, name: Any) -> Card:
        """Return the card of a run.

        Raises:
            LookupError: there is no run of that name.
        """
        with self._lock:
            self._look(refresh=True)
            known = self._cards.get(name) if isinstance(name, str) else None
        if known is None or known.card is None:
            raise LookupError("That run is not on this server any more; choose another one.")
        return known.card

    def is_going(self, name: str) -> bool:
        """Return whether this run is in progress, paused, or may be the one that is loading."""
        going = self._going()
        return going["state"] == "loading" or name in going["going"]

    def _look(self, refresh: bool = False) -> None:
        now_s, going = time.monotonic(), () if refresh else self._going()["going"]
        root = self._studio.settings.runs
        folders = {path.name: path for path in _below(root) if path.is_dir()}
        self._far = [name for name, folder in folders.items() if is_locked(folder)]
        if not refresh:
            going = [*going, *self._far]
        for name, folder in folders.items():
            mark, known = stamp(folder), self._cards.get(name)
            serves = known is not None and name in going and now_s - known.made_s < CARD_S
            if known is None or (known.stamp != mark and not serves):
                self._version += 1
                self._cards[name] = _Made(mark, self._version, now_s, card(folder))
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


def preset_name(config: Config) -> str:
    """Return the preset that a config follows, whatever its data, length and seed; "" for none."""
    for name in PRESETS:
        wanted = preset(name).to_json()
        if all(value == wanted[key] for key, value in config.to_json().items() if key not in OWN):
            return name
    return ""


def _below(root: Path) -> list[Path]:
    return list(root.iterdir()) if root.is_dir() else []


def _payload(made: Card) -> dict[str, Any]:
    """Return a card as JSON, without unknown values."""
    info, config = made.info, made.info.config
    payload = {
        "title": made.title or dated_name(info.name),
        "named": bool(made.title),
        "step": info.step,
        "elapsed": round(info.elapsed_s, 1),
        "cpu": round(info.cpu_s, 1),
        "state": info.state,
        "sentence": info.sentence and without_folders(info.sentence),
        "picture": made.picture,
        "frechet": made.frechet,
        "error": made.frechet_error,
        "diversity": made.diversity,
        "finding": diagnosis_payload(made.diagnosis),
        "bytes": made.size_bytes,
        "when": int(info.when),
    }
    if config is not None:
        payload |= {"goal": info.goal_steps, "data": config.data, "preset": preset_name(config)}
        payload |= {"seed": config.seed, "images": config.train_images}
        payload["side"] = sample_side(config.image_size)
        payload["playable"] = (info.folder / MODEL).exists()
    return {name: value for name, value in payload.items() if value is not None}
