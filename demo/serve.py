"""Serve the page and stop in order."""

import contextlib
import logging
import signal
import time

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
        with contextlib.suppress(KeyboardInterrupt):
            # Gradio's own lock would wait for open pages when interrupted
            page.launch(**launch_options(studio), prevent_thread_lock=True)
            while page.is_running:
                time.sleep(0.1)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):  # closing must not be interrupted
            signal.signal(number, signal.SIG_IGN)
        studio.close()
        logging.getLogger("uvicorn.error").disabled = True  # requests that are cut off now
        if (server := getattr(page, "server", None)) is not None:
            server.force_exit = True  # open pages are not waited for
        page.close(verbose=False)  # else it could write to the temporary folder after its removal
