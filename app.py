"""Latent Studio on this machine or on Hugging Face Spaces: `python app.py`."""

import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Serve the page until interrupted; a run in progress is saved on the way out."""
    from gan.system.malloc import limit_arenas

    limit_arenas()  # before anything large is allocated
    from gan.storage.process_files import own_temporary_folder

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.ExitStack() as stack:
        try:
            root = os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()
            folder = stack.enter_context(own_temporary_folder(Path(root)))
        except OSError:  # gradio needs one, too
            sys.exit("No temporary folder can be written to. Set TMPDIR to one that can.")
        os.environ["GRADIO_TEMP_DIR"] = str(folder / "gradio")  # of the exported files
        _serve()


def _serve() -> None:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # both are read when gradio is imported
    from demo.server.studio import Studio
    from demo.settings import Settings
    from demo.ui import build, launch_options
    from gan.system.machine import set_threads

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


if __name__ == "__main__":
    main()
