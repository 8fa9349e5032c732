"""Schemas of the JSON rows and numbers of a run, which may come from anywhere.

They are strict: no bool for a number, no NaN or infinity, nothing beyond the range of float32, no
lone surrogates. Readers may then rely on the shape of every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, ValidationError

from gan.storage.layout import MOST_STEPS
from gan.training.live_settings import STEERABLE

MOST_ROWS = 100_000  # of an uploaded file: a million steps
MOST_MARKS = 1_000
LARGEST = 3.5e38  # float32; sums and squares of such numbers stay finite

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
Seconds = Annotated[Number, Field(ge=0, le=1e12)]
Step = Annotated[int, Field(strict=True, ge=0, le=MOST_STEPS)]
Text = Annotated[str, Field(max_length=2_000)]
Name = Annotated[str, Field(max_length=40)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Counts = Annotated[list[Count], Field(max_length=256)]


class Line(BaseModel):
    """What any line has."""

    step: Step


class Stats(BaseModel, extra="forbid"):
    """`gan.training.trainer.StepStats`."""

    step: Step
    loss_g: Number
    loss_d: Number
    d_real: Number
    d_fake: Number


class Row(Stats, extra="allow"):
    """A row of `history.jsonl`; see `gan.runs.history`."""

    __pydantic_extra__: dict[Name, Number | None]
    elapsed_s: Seconds


class Mark(BaseModel, extra="allow"):
    """A mark in `history.jsonl`."""

    __pydantic_extra__: dict[Name, Number]
    step: Step
    mark: Text
    note: Text = ""
    from_step: Step = 0
    changes: dict[Literal[STEERABLE], Number] = {}
    before: dict[Literal[STEERABLE], Number] = {}
    asked: StrictBool = False


class Vitals(BaseModel, extra="allow"):
    """A row of `vitals.jsonl`; see `gan.monitor.vitals.Probe.measure`."""

    __pydantic_extra__: dict[Name, Number | None]
    step: Step
    classes: Counts = []
    d_real: Counts = []
    d_fake: Counts = []


class Numbers(BaseModel):
    """The numbers in the header of a checkpoint, but for `schedule`; see `Run.save`."""

    elapsed_s: Seconds
    cpu_s: Seconds = 0
    rows: Count = 0
    roll_backs: Count = 0
    recent: Annotated[list[Stats], Field(max_length=1000)] = []
    went_back: Mark | None = None


def check_history(lines: list[Any]) -> None:
    """Raise ValueError unless all lines are rows or marks, in the order of their steps."""
    marks = sum(isinstance(line, dict) and "mark" in line for line in lines)
    if marks > MOST_MARKS or len(lines) - marks > MOST_ROWS:
        raise ValueError(f"it has more than {MOST_ROWS:,} rows or {MOST_MARKS:,} marks")
    last = 0
    for number, line in enumerate(lines, 1):
        is_mark = isinstance(line, dict) and "mark" in line
        step = check_values(Mark if is_mark else Row, line, f"row {number}").step
        if step < last:
            raise ValueError(f"step {step} comes after step {last}")
        last = step


def check_vitals(lines: list[Any]) -> None:
    """Raise ValueError unless all lines are vital signs."""
    if len(lines) > MOST_ROWS:
        raise ValueError(f"it has more than {MOST_ROWS:,} rows")
    for number, line in enumerate(lines, 1):
        check_values(Vitals, line, f"row {number}")


def parsed(line: bytes, models: Sequence[type[BaseModel]]) -> dict[str, Any] | None:
    """Return a line of JSON as the first of the `models` that it fits; None if it fits none."""
    for model in models:
        try:
            return model.model_validate_json(line).model_dump(exclude_unset=True)
        except ValidationError:
            continue
    return None


def check_values(model: type[BaseModel], value: Any, where: str) -> Any:
    """Return `value` as a `model`, or raise ValueError, which names `where` it is."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part)[:40] for part in first["loc"])
        raise ValueError(f"{where}, {field}: {first['msg']}") from error
