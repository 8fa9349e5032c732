"""How glibc hands out memory: in few arenas, and what is free goes back to the system at times."""

from __future__ import annotations

import ctypes
import sys

M_ARENA_MAX = -8  # as malloc.h has it
ARENAS = 2


def share_arenas() -> None:
    """Let all threads share two arenas, not have eight a core: each keeps what was freed in it.

    Call it before anything large is imported. Elsewhere than with glibc it does nothing.
    """
    _glibc("mallopt", M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return what was freed to the system, after work that took much for a moment."""
    _glibc("malloc_trim", 0)


def _glibc(name: str, *numbers: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*numbers)
