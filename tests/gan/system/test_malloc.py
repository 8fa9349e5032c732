"""Freed memory is returned to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CODE = """
from gan.system.malloc import limit_arenas, trim

def resident():
    return int(open("/proc/self/statm").read().split()[1])

limit_arenas()
begun = resident()
small = [bytes(1000) for _ in range(100_000)]
last = bytearray(1000)  # above them, so that they cannot simply fall off the end
held = resident() - begun
del small
trim()
print(held, resident() - begun)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's")
def test_what_was_freed_is_given_back():
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={"PYTHONMALLOC": "malloc"},
        capture_output=True,
        text=True,
        check=True,
    )
    held, left = map(int, done.stdout.split())
    assert held > 20_000 and left < held / 4  # pages of 4 kB
