"""The committed WebAssembly is what its source gives, and needs nothing of anybody."""

import importlib.util
import os

import pytest

from demo.wasm.build import RESULT, build


def test_the_committed_module_is_built_of_its_source():
    if not importlib.util.find_spec("ziglang"):
        # on a machine that is there to check, an unchecked binary would pass unseen
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("ziglang, which compiles kernels.c, is not installed: it is in requirements-dev.txt")
    assert build() == RESULT.read_bytes(), "run: .venv/bin/python -m demo.wasm.build"
