"""Runs the page's modules outside a page, where they need none."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable

STATIC = Path(__file__).parents[1] / "demo/static"


def run_node(folder: Path, script: str, given: Any = None) -> Any:
    """What a script beside copies of demo/static/ passes to `give`; it has the constant `given`.

    Where there is no node on the machine, the one that Playwright brings runs it.
    """
    (folder / "package.json").write_text('{"type": "module"}')
    for module in STATIC.glob("*.js"):
        shutil.copy(module, folder)
    (folder / "given.json").write_text(json.dumps(given))
    start = (
        'const { readFileSync, writeFileSync } = await import("node:fs");\n'
        'const given = JSON.parse(readFileSync("given.json", "utf8"));\n'
        'const give = (found) => writeFileSync("found.json", JSON.stringify(found));\n'
    )
    (folder / "script.js").write_text(start + script)
    done = subprocess.run(
        [shutil.which("node") or compute_driver_executable()[0], "script.js"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "found.json").read_text())
