"""The space that a folder takes is counted while others change it."""

import os
import shutil
from pathlib import Path

from gan.system.disk import used_bytes


def test_a_folder_may_be_deleted_while_it_is_counted(tmp_path, monkeypatch):
    for name in ("kept", "gone"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 50_000)
    scan = os.scandir

    def scan_late(path):
        if not isinstance(path, int) and Path(path).name == "gone":
            shutil.rmtree(path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scan_late)
    assert 50_000 < used_bytes(tmp_path) < 100_000
