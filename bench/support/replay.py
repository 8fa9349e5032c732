"""Recorded runs, and what the doctor said of them as they went on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from gan.config import Config
from gan.monitor.doctor import diagnose
from gan.monitor.vitals_log import read_vitals


class Recording(NamedTuple):
    """`lines` are those of history in the order in which they were written, marks and rows."""

    name: str
    config: Config
    lines: list[dict[str, Any]]
    vitals: list[dict[str, Any]]
    label: dict[str, Any]


def read(folder: Path) -> Recording:
    """The recording in this folder."""
    lines = (folder / "history.jsonl").read_text().splitlines()
    return Recording(
        folder.name,
        Config.from_json(json.loads((folder / "config.json").read_text())),
        [json.loads(line) for line in lines],
        read_vitals(folder),
        json.loads((folder / "label.json").read_text()),
    )


def replay(recording: Recording, every: int = 1) -> list[tuple[int, str]]:
    """Each word of the doctor with the step at which it was first said, in their order.

    It is asked at every mark, and at every `every`-th row of history.
    """
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    said: list[tuple[int, str]] = []
    for line in recording.lines:
        if "mark" in line:
            marks.append(line)
        else:
            rows.append(line)
        if "mark" not in line and len(rows) % every:
            continue
        step = line.get("from_step", line["step"])
        vitals = [row for row in recording.vitals if row["step"] <= line["step"]]
        state = diagnose(rows, vitals, recording.config, marks).state
        if not said or said[-1][1] != state:
            said.append((step, state))
    return said
