"""A studio whose runner trains nothing, before any run and while one goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.server.studio import Studio
from demo.settings import Settings
from gan.config import Config
from gan.runner.status import RunStatus
from tests.fake_runner import FakeRunner
from tests.watching import images, record, rows


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    folders = {name: tmp_path / name for name in ("runs", "models", "hub_cache")}
    made = Studio(Settings(**folders))
    made.runner.close()
    made.runner = FakeRunner()
    return made


@pytest.fixture
def running(studio: Studio) -> Studio:
    record(studio.settings.runs / "r1", [0, 50, 100])
    studio.runner.rows = rows(20)
    studio.runner.status = RunStatus(
        7, "running", "r1", Config(), 200, 10_000, 12.5, 800.0, 180.0, None, images(9)
    )
    return studio
