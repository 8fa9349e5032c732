"""What each file format can hold. Everything that asks "can a GIF do this?" reads it here."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "gif": ".gif",
        "mp4": ".mp4",
        "webm": ".webm",
        "webp": ".webp",
        "apng": ".png",
        "zip": ".zip",
        "sprite": ".png",
    }
)  # kind: the suffix of its files

LOOPING = frozenset({"gif", "webp", "apng"})  # the file says how often it plays; else the player
SIDE_MAX = 16_383  # pixels; WebP's own limit, and about that of H.264 encoders and of browsers

# A GIF counts hundredths of a second, and 1/100 s itself is slowed to 1/10 s by every browser.
_GIF = (1, 2, 5, 10, 12.5, 20, 25, 100 / 3, 50)
_USUAL = (1, 2, 5, 10, 12.5, 15, 20, 24, 25, 30, 50, 60)
FPS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {kind: _GIF if kind == "gif" else _USUAL for kind in KINDS}
)  # kind: the frames a second to choose from; a GIF can be of no others
TIMED_FPS = (1, 60)  # of films; browsers slow an APNG or WebP above 90 or so to 10
UNTIMED_FPS_MAX = 240  # a ZIP or a sprite sheet keeps no time: whoever plays it does

_NAMES = MappingProxyType({"mp4": "An MP4", "webm": "A WebM", "webp": "A WebP", "apng": "An APNG"})


def check_kind(kind: str) -> str:
    """The kind itself. Raises ValueError, naming those there are, if it is none of KINDS."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"There is no format {kind!r}: choose one of {', '.join(KINDS)}.")
    return kind


def check_fps(kind: str, fps: float) -> Fraction:
    """The exact frame rate a format will use for `fps` frames a second.

    GIF: only FPS["gif"] (33.3 will do for 100/3). MP4, WebM, WebP and APNG: 1 to 60, where a WebP
    rounds each frame's time to whole milliseconds without adding up the error. ZIP and sprite
    sheet: up to 240. Raises ValueError naming the allowed values.
    """
    check_kind(kind)
    try:
        rate = Fraction(float(fps)).limit_denominator(1001)
    except (TypeError, ValueError, OverflowError):
        rate = Fraction(0)
    if kind == "gif":
        for allowed in FPS["gif"]:
            if abs(rate - Fraction(allowed)) < 0.05:
                return Fraction(100, round(100 / allowed))
        listed = ", ".join(f"{allowed:.3g}" for allowed in FPS["gif"])
        raise ValueError(f"A GIF plays at {listed} frames a second, not {_plain(fps)}.")
    if kind in _NAMES and not TIMED_FPS[0] <= rate <= TIMED_FPS[1]:
        least, most = TIMED_FPS
        name = _NAMES[kind]
        raise ValueError(f"{name} plays at {least} to {most} frames a second, not {_plain(fps)}.")
    if not 0 < rate <= UNTIMED_FPS_MAX:
        raise ValueError(
            f"Frames a second must be above 0 and at most {UNTIMED_FPS_MAX}, not {_plain(fps)}."
        )
    return rate


def _plain(number: object) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)
