"""glibc's allocator: few arenas, and freed memory returned to the system. Elsewhere nothing."""

import ctypes
import sys

M_ARENA_MAX = -8  # as in malloc.h
ARENAS = 2


def limit_arenas() -> None:
    """Limit malloc to two arenas, not eight per core, before large imports: each retains memory."""
    _glibc("mallopt", M_ARENA_MAX, ARENAS)


def trim() -> None:
    """Return freed memory to the system, after work with a high peak."""
    _glibc("malloc_trim", 0)


def _glibc(name: str, *numbers: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*numbers)
