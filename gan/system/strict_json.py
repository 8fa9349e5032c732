"""JSON of untrusted files, parsed into values that every JSON reader can hold."""

import json
import math
from typing import Any

MOST_WHOLE = 2**53  # beyond it JavaScript rounds whole numbers


def parse(data: bytes, most_bytes: int) -> Any:
    """Parse JSON: finite numbers, whole ones up to `MOST_WHOLE`, and text that UTF-8 can hold.

    Raises ValueError: anything else, more than `most_bytes`, or nested too deeply.
    """
    if len(data) > most_bytes:
        raise ValueError(f"it has more than {most_bytes:,} bytes")
    text = data.decode("utf-8-sig")
    try:
        value = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
        if "\\ud" in text.lower():  # perhaps half a surrogate pair
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value


def _whole(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MOST_WHOLE:
        raise ValueError(f"the number {digits[:20]} is too large")
    return int(digits)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not a finite number")
    return value
