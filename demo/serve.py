"""Serve the page and stop in order."""

import signal

from demo.server.studio import Studio
from demo.settings import Settings
from demo.ui import build, launch_options
from gan.system.machine import set_threads


def serve() -> None:
    """Serve until interrupted; then save the run in progress and close everything."""
    set_threads()
    studio = Studio(Settings.from_env())
    page = build(studio)
    try:
        page.launch(**launch_options(studio))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # closing must not be interrupted
        studio.close()
        if (server := getattr(page, "server", None)) is not None:
            server.force_exit = True  # open pages are not waited for
        page.close(verbose=False)  # else it could write to the temporary folder after its removal
