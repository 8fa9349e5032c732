"""The history of a run as JSON for the page: curves, vital signs, marks and the diagnosis."""

import hashlib
import math
from collections.abc import Iterable
from typing import Any

from gan.monitor.diagnosis import Diagnosis

CURVES = ("step", "loss_g", "loss_d", "d_real", "d_fake")
# in one answer
MAX_CURVE_ROWS = 400
MAX_VITALS_ROWS = 100
MAX_MARKS = 100


def number(value: Any, digits: int = 4) -> float | None:
    """Round to significant digits; None for anything but a finite number."""
    known = isinstance(value, int | float) and math.isfinite(value)
    return float(f"{value:.{digits}g}") if known else None


def short_hash(text: str) -> str:
    """Return eight hex digits that tell texts apart."""
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


def curve_row(row: dict[str, Any]) -> list[float | None]:
    """Return a row of history as the values of `CURVES`."""
    return [row["step"], *(number(row[name]) for name in CURVES[1:])]


def thin_curves(
    rows: list[list[float | None]], limit: int = MAX_CURVE_ROWS
) -> list[list[float | None]]:
    """At most `limit` rows: means of neighbours, each at its last step."""
    size = math.ceil(len(rows) / limit)
    if size <= 1:
        return rows
    groups = [rows[start : start + size] for start in range(0, len(rows), size)]
    return [[group[-1][0], *map(_mean, list(zip(*group, strict=True))[1:])] for group in groups]


def vitals_row(row: dict[str, Any]) -> list[Any]:
    """Return a row of `gan.monitor.vitals` as a short list; None for missing values.

    step, frechet, its lower and upper 95 % bound, diversity, confidence, gap, grad_g, grad_d, then
    in whole percent: classes, d_real and d_fake (the index of the first bin above 0, then the bins
    up to the last above 0); then precision, recall and memorisation, and with adaptive
    augmentation augment and certainty.
    """
    distance, error = row.get("frechet"), row.get("frechet_error")
    bounds: list[float | None] = [None, None]
    if number(distance) is not None and number(error) is not None:
        low, high = max(0.0, distance - 1.96 * error), distance + 1.96 * error
        bounds = [number(low, 3), number(high, 3)]
    figures = _short(row, ("diversity", "confidence", "gap", "grad_g", "grad_d"))
    scores = [_trimmed(_percent(row.get(name))) for name in ("d_real", "d_fake")]
    later = _short(row, ("precision", "recall", "memorisation"))
    adaptive = _short(row, [name for name in ("augment", "certainty") if name in row])
    shares = [_percent(row.get("classes")), *scores]
    return [row["step"], number(distance, 3), *bounds, *figures, *shares, *later, *adaptive]


def thin_vitals(rows: list[Any]) -> list[Any]:
    """Return every k-th row, counted from the newest: at most `MAX_VITALS_ROWS`."""
    return rows[:: -max(1, math.ceil(len(rows) / MAX_VITALS_ROWS))][::-1]


def mark_rows(marks: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """Return the newest marks as [step, kind, changes, step it came from, note if any].

    The page has texts for most kinds and shows the note of the others. An automatic rollback is of
    the kind "diverged".
    """
    rows = []
    for mark in marks:
        automatic = mark["mark"] == "rolled back" and not mark.get("asked")
        kind = "diverged" if automatic else mark["mark"]
        note = [mark["note"]] if mark.get("note") else []
        rows.append([mark["step"], kind, mark.get("changes") or {}, mark.get("from_step"), *note])
    return rows[-MAX_MARKS:]


def diagnosis_payload(diagnosis: Diagnosis | None) -> dict[str, Any] | None:
    """Return a diagnosis as JSON; None where there is none.

    state, since (step), values, evidence as [name, value, limit, side], remedies as [name, whether
    it rolls back], trials as [name, step, whether it helped or null], and restart. Numbers have
    three digits; values that are not finite are left out.
    """
    if diagnosis is None:
        return None

    def short(value: Any) -> Any:
        return number(value, 3) if isinstance(value, float) else value

    evidence = [
        [each.name, short(each.value), short(each.limit), each.side] for each in diagnosis.evidence
    ]
    values = {name: short(value) for name, value in diagnosis.values.items()}
    return {
        "state": diagnosis.state,
        "since": diagnosis.since_step,
        "values": {name: value for name, value in values.items() if value is not None},
        "evidence": [each for each in evidence if each[1] is not None],
        "remedies": [[remedy.name, remedy.rollback] for remedy in diagnosis.remedies],
        "trials": [[each.name, each.step, each.helped] for each in diagnosis.trials],
        "restart": diagnosis.restart,
    }


def _mean(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return number(sum(known) / len(known)) if known else None


def _short(row: dict[str, Any], names: Iterable[str]) -> list[float | None]:
    return [number(row.get(name), 3) for name in names]


def _percent(counts: Any) -> list[int] | None:
    """Return counts as whole percent of their sum."""
    if not isinstance(counts, list) or not counts:
        return None
    total = sum(counts) or 1
    return [round(100 * count / total) for count in counts]


def _trimmed(shares: list[int] | None) -> list[int] | None:
    """Return the first index above 0, and the values from there to the last above 0."""
    above = [index for index, share in enumerate(shares or []) if share]
    return [above[0], *shares[above[0] : above[-1] + 1]] if above else shares and [0]
