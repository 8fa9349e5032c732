"""Imports of images: one per network, and limited in time, on a public server."""

import threading

import pytest

from demo import address
from demo.endpoint import Refused
from demo.server import image_imports
from demo.server.image_imports import ImageImports
from demo.settings import Settings
from gan.data.intake.messages import ImageImportError
from tests.waiting import until


@pytest.fixture
def imports(monkeypatch):
    """Imports that last until they are stopped."""

    def wait(_source, _store, *, stop, **_):
        stop.wait(60)
        raise ImageImportError("cancelled")

    monkeypatch.setattr(image_imports, "import_images", wait)
    made = ImageImports(Settings(public=True))
    yield made
    made.close()


def test_made_up_visitors_of_one_network_import_once(imports, tmp_path, monkeypatch):
    monkeypatch.setattr(address, "present", lambda: "203.0.113.7")
    imports.begin(tmp_path, "a", {"name": "a"}, False)
    with pytest.raises(Refused, match="images_busy"):
        imports.begin(tmp_path, "b", {"name": "b"}, False)
    monkeypatch.setattr(address, "present", lambda: "203.0.113.8")
    imports.begin(tmp_path, "c", {"name": "c"}, False)


def test_an_import_is_limited_in_time(imports, tmp_path, monkeypatch):
    ends = []

    class Timer(threading.Event):
        def __init__(self, seconds, end):
            super().__init__()
            ends.append((seconds, end))

        def start(self):
            pass

        cancel = start

    monkeypatch.setattr(image_imports.threading, "Timer", Timer)
    one = imports.begin(tmp_path, "a", {"name": "a"}, False)
    ((seconds, end),) = until(lambda: ends)
    assert seconds == image_imports.MOST_S and one.state == "reading"
    end()
    until(lambda: one.state == "failed")
    assert one.error["key"] == "slow" and "30 minutes" in one.error["sentence"]
