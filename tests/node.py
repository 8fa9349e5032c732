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
    """Run a script that imports modules of demo/static/ and return what it passes to `give`.

    It has the constant `given`, works in `folder` and imports relative to demo/static/. Where there
    is no node on the machine, the one that Playwright brings runs it.
    """
    (folder / "given.json").write_text(json.dumps(given))
    start = (
        'const { readFileSync, writeFileSync } = await import("node:fs");\n'
        f"process.chdir({json.dumps(str(folder))});\n"
        'const given = JSON.parse(readFileSync("given.json", "utf8"));\n'
        'const give = (found) => writeFileSync("found.json", JSON.stringify(found));\n'
    )
    done = subprocess.run(
        [shutil.which("node") or compute_driver_executable()[0], "--input-type=module"],
        cwd=STATIC,
        input=start + script,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "found.json").read_text())
