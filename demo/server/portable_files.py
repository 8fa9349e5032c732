"""Models as compressed files for the browser, made once for all visitors."""

import gzip
import secrets
import threading
from collections.abc import Callable

import numpy as np

from gan.models.generator import Generator
from gan.models.portable import PortableError, portable, size

# per image: about 8 ms in a browser with WebAssembly SIMD, half of a screen frame; 128 px at the
# default width need 83 million
MULTIPLY_ADDS_MAX = 160_000_000
BYTES_MAX = 6_000_000
CACHED = 8  # files


class PortableFiles:
    """A thread-safe cache of compressed portable files.

    A file requested by several visitors at once is made once. Its name is random, so only a page
    that got it from the server function can fetch the file.
    """

    def __init__(self, make: Callable[[Generator], bytes | None] | None = None) -> None:
        self._make = make or compressed
        self._lock = threading.Lock()
        # by model_id, least recently used first: the name, and the file
        self._made: dict[str, tuple[str, bytes | None]] = {}

    def name(self, generator: Generator) -> str | None:
        """Make the file; return its name, or None for a model that a browser should not draw."""
        with self._lock:
            made = self._made.pop(generator.model_id, None)
            if made is None:
                made = secrets.token_urlsafe(12), self._make(generator)
            self._made[generator.model_id] = made
            while len(self._made) > CACHED:
                self._made.pop(next(iter(self._made)))
        name, file = made
        return None if file is None else name

    def file(self, name: str) -> bytes | None:
        """Return the file of this name, or None if the cache does not have it."""
        with self._lock:
            return dict(self._made.values()).get(name)


def compressed(generator: Generator) -> bytes | None:
    """Return the portable file: its even bytes, then its odd bytes, in gzip.

    The low bytes of float16 numbers look random and the high ones do not, so apart they
    compress better.
    None if the file is too large or does not fit float16.
    """
    multiply_adds, weights = size(generator)
    if multiply_adds > MULTIPLY_ADDS_MAX or 2 * weights > BYTES_MAX:
        return None
    try:
        file = np.frombuffer(portable(generator), np.uint8)
    except PortableError:
        return None
    return gzip.compress(file.reshape(-1, 2).T.tobytes(), 6)
