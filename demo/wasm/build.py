"""Builds demo/static/engine/kernels.wasm of kernels.c: `python -m demo.wasm.build`.

The compiler is Zig's clang, from PyPI (`ziglang`, in requirements-dev.txt). The same source and
version give the same bytes on every machine, which a test holds true of the committed file.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("kernels.c")
RESULT = Path(__file__).parent.parent / "static/engine/kernels.wasm"

# No library, no start-up code, no imports: three functions, their memory, and where it is free.
FLAGS = [
    "--target=wasm32-freestanding",
    "-mcpu=generic+simd128",
    "-O3",
    "-nostdlib",
    "-fno-builtin",
    "-s",
    "-Wl,--no-entry",
    "-Wl,--export=linear",
    "-Wl,--export=up",
    "-Wl,--export=resize",
    "-Wl,--export=__heap_base",
    "-Wl,--initial-memory=131072",
    "-Wl,-z,stack-size=16384",
]


def build() -> bytes:
    """Return the module, compiled now.

    Raises subprocess.CalledProcessError: no compiler here, or it refused; see its `stderr`.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "kernels.wasm"
        # by its bare name from its own folder: no path of this machine gets into the file
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, SOURCE.name, "-o", str(made)]
        # built from scratch each time, in a temporary folder
        env = os.environ | dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), folder)
        options = {"cwd": SOURCE.parent, "env": env, "capture_output": True, "text": True}
        subprocess.run(command, check=True, **options)
        return made.read_bytes()


if __name__ == "__main__":
    RESULT.write_bytes(build())
    print(f"{RESULT.name}: {RESULT.stat().st_size:,} bytes")
