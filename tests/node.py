"""Runs the page's modules outside a page, where they need none."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).parents[1] / "demo/static"


def run_node(folder: Path, modules: tuple[str, ...], script: str, given: Any = None) -> Any:
    """Copies of modules of demo/static/ and a script beside them; what it passes to `give`.

    The script finds `given` as a constant. Skips the test where there is no node.
    """
    if not shutil.which("node"):
        pytest.skip("no node on this machine to run the modules")
    (folder / "package.json").write_text('{"type": "module"}')
    for name in modules:
        shutil.copy(STATIC / f"{name}.js", folder)
    (folder / "given.json").write_text(json.dumps(given))
    start = (
        'const { readFileSync, writeFileSync } = await import("node:fs");\n'
        'const given = JSON.parse(readFileSync("given.json", "utf8"));\n'
        'const give = (found) => writeFileSync("found.json", JSON.stringify(found));\n'
    )
    (folder / "script.js").write_text(start + script)
    done = subprocess.run(
        ["node", "script.js"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "found.json").read_text())
