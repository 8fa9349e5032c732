"""Finds a Chromium for the browser tests; run as a script, it tries to install one.

It never fails: a machine without a browser still runs every other test, and pytest says at the
end which ones were skipped, and why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find() -> str | None:
    """The path of the machine's own Chromium, else of Playwright's; None without either."""
    for command in (*COMMANDS, *MAC_APPS):
        if path := shutil.which(command):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install() -> None:
    """With apt-get as root on Debian, else (or if that fails) by Playwright's own download."""
    if _is_debian() and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update -q", "apt-get install -y -q chromium"):
            subprocess.run(command.split(), env=quiet, check=False)
    if not find():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def _is_debian() -> bool:
    # Ubuntu's package of this name only asks for a snap, which a container cannot run
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text().splitlines()


if __name__ == "__main__":
    if not find():
        print("No Chromium on this machine: trying to install one for the browser tests.")
        install()
    print(f"Browser tests use {find() or 'nothing: no Chromium, so they will be skipped'}.")
