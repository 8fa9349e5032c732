"""Latent Studio on this machine or on Hugging Face Spaces: `python app.py`."""

import os
import signal
import sys
import tempfile


def main() -> None:
    """Serve the page until interrupted; a run in progress is saved on the way out."""
    try:
        tempfile.gettempdir()  # gradio asks for it when it is imported
    except FileNotFoundError:
        sys.exit("No temporary folder can be written to. Set TMPDIR to one that can.")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    from gan.system.malloc import limit_arenas

    limit_arenas()  # before anything large is allocated
    from demo.server.studio import Studio
    from demo.settings import Settings
    from demo.ui import build, launch_options
    from gan.system.machine import set_threads

    set_threads()
    studio = Studio(Settings.from_env())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        on_spaces = "SPACE_ID" in os.environ
        build(studio).launch(server_name="0.0.0.0" if on_spaces else None, **launch_options(studio))
    finally:
        studio.close()


if __name__ == "__main__":
    main()
