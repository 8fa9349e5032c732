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
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # both are read when gradio is imported
        from demo.serve import serve

        serve()


if __name__ == "__main__":
    main()
