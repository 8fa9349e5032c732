"""A server that is stopped or killed leaves no temporary files to the next one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.browser.app import HERO, ROOT

CLIP = {
    "latent_studio_clip": 1,
    "model": "mnist",
    "model_id": "0" * 12,
    "frames": 20,
    "fps": 25,
    "keys": [{"seed": 1, "class": 1}, {"seed": 2, "class": 2}],
    "format": "gif",
    "scale": 4,
}


class Server:
    """The app with folders of its own, from the moment it answers."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        env = {key: value for key, value in os.environ.items() if "STUDIO" not in key}
        env |= {"GRADIO_SERVER_PORT": str(port), "LATENT_STUDIO_RUNS": str(folder / "runs")}
        env |= {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
        )
        while True:
            assert self.process.poll() is None
            try:
                return urllib.request.urlopen(self.address, timeout=5).close()
            except OSError:
                time.sleep(0.1)

    def export(self, **changes):
        """Begin an export and return the stream of its events."""
        address = self.address + "/gradio_api/call/export_clip"
        body = json.dumps({"data": [CLIP | changes]}).encode()
        request = urllib.request.Request(address, body, {"content-type": "application/json"})
        event = json.load(urllib.request.urlopen(request, timeout=60))["event_id"]
        return urllib.request.urlopen(f"{address}/{event}", timeout=60)

    def end(self, number):
        """Stop the server and return what it wrote to stderr."""
        self.process.send_signal(number)
        try:
            return self.process.communicate(timeout=60)[1]
        finally:
            self.process.kill()  # if it has not ended


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_no_temporary_file_outlives_the_next_start(tmp_path):
    server = Server(tmp_path)
    server.export().read()
    assert any(path.suffix == ".gif" for path in files(tmp_path))
    server.end(signal.SIGTERM)
    assert not files(tmp_path)
    server = Server(tmp_path)
    stream = server.export(frames=2500, scale=16, format="mp4")
    while not files(tmp_path):
        stream.readline()
    server.end(signal.SIGKILL)
    assert files(tmp_path)
    server = Server(tmp_path)
    assert not files(tmp_path)
    server.end(signal.SIGTERM)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_open_page_does_not_hold_the_server(tmp_path, browser, number):
    server = Server(tmp_path)
    page = browser.new_page()
    page.goto(server.address)
    page.wait_for_selector(HERO)
    page.wait_for_timeout(1000)  # its requests stay open
    assert "Traceback" not in server.end(number)
    assert server.process.returncode == 0
    page.close()
