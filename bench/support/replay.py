"""Replay recorded runs and diagnose them at every point in time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from gan.config import Config
from gan.monitor.doctor import diagnose
from gan.monitor.doctor_signals import spaced
from gan.monitor.vitals_log import read_vitals


class Recording(NamedTuple):
    """`lines` are the rows and marks of history, in the order of writing."""

    name: str
    config: Config
    lines: list[dict[str, Any]]
    vitals: list[dict[str, Any]]
    label: dict[str, Any]


def read(folder: Path) -> Recording:
    """Read the recording in a folder."""
    lines = (folder / "history.jsonl").read_text().splitlines()
    return Recording(
        folder.name,
        Config.from_json(json.loads((folder / "config.json").read_text())),
        [json.loads(line) for line in lines],
        read_vitals(folder),
        json.loads((folder / "label.json").read_text()),
    )


def replay(recording: Recording, every: int = 1, apart: int = 0) -> list[tuple[int, str]]:
    """Return each new state with the step of its diagnosis, in order.

    Diagnoses at every mark and at every `every`-th row of history; readings are at least `apart`
    steps apart, as on a faster machine.
    """
    readings = spaced(recording.vitals, apart)
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    states: list[tuple[int, str]] = []
    for line in recording.lines:
        if "mark" in line:
            marks.append(line)
        else:
            rows.append(line)
        if "mark" not in line and len(rows) % every:
            continue
        step = line.get("from_step", line["step"])
        vitals = [row for row in readings if row["step"] <= line["step"]]
        state = diagnose(rows, vitals, recording.config, marks).state
        if not states or states[-1][1] != state:
            states.append((step, state))
    return states
