"""Schemas of the JSON rows and numbers of a run from an untrusted source.

They are strict: no bool for a number, no NaN or infinity, no integer beyond a float's range, no
lone surrogates. Readers may then rely on the shape of every row.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, ValidationError

from gan.training.live_settings import STEERABLE

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[Number, Field(ge=0)]
Step = Annotated[int, Field(strict=True, ge=0, le=99_999_999)]
Text = Annotated[str, Field(max_length=2_000)]
Name = Annotated[str, Field(max_length=40)]
Counts = Annotated[list[Annotated[int, Field(strict=True, ge=0)]], Field(max_length=256)]


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
    elapsed_s: Number


class Mark(BaseModel, extra="allow"):
    """A mark in `history.jsonl`."""

    __pydantic_extra__: dict[Name, Number]
    step: Step
    mark: Text
    note: Text = ""
    changes: dict[Literal[STEERABLE], Number] = {}
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

    elapsed_s: Positive = 0
    cpu_s: Positive = 0
    rows: Positive = 0
    roll_backs: Positive = 0
    recent: Annotated[list[Stats], Field(max_length=1000)] = []
    went_back: Mark | None = None


def check_history(lines: list[Any]) -> None:
    """Raise ValueError unless all lines are rows or marks, in the order of their steps."""
    last = 0
    for number, line in enumerate(lines, 1):
        is_mark = isinstance(line, dict) and "mark" in line
        step = check_values(Mark if is_mark else Row, line, f"row {number}").step
        if step < last:
            raise ValueError(f"step {step} comes after step {last}")
        last = step


def check_vitals(lines: list[Any]) -> None:
    """Raise ValueError unless all lines are vital signs."""
    for number, line in enumerate(lines, 1):
        check_values(Vitals, line, f"row {number}")


def check_values(model: type[BaseModel], value: Any, where: str) -> Any:
    """Return `value` as a `model`, or raise ValueError, which names `where` it is."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part)[:40] for part in first["loc"])
        raise ValueError(f"{where}, {field}: {first['msg']}") from error
