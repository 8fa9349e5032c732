"""Folders of the user, with and without a home."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from demo.settings import Settings
from gan.data.collection import store_folder
from gan.paths import ROOT, cache_folder, runs_folder, user_path
from gan.recipes.model_ids import model_folder


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert user_path("~/a") == tmp_path / "a" and str(user_path("a~")) == "a~"
    with pytest.raises(ValueError, match="nobody-of-this-name"):
        user_path("~nobody-of-this-name/a")
    monkeypatch.setenv("LATENT_STUDIO_RUNS", "~/runs")
    assert runs_folder() == tmp_path / "runs" and store_folder() == tmp_path / "images"
    monkeypatch.setenv("LATENT_STUDIO_IMAGES", "~/mine")
    assert store_folder() == tmp_path / "mine"


def test_runs_are_found_where_the_page_looks_for_them(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_STUDIO_RUNS", str(tmp_path))
    (tmp_path / "r").mkdir()
    (tmp_path / "r/config.json").touch()
    assert model_folder("run:r") == tmp_path / "r"


def test_downloads_lie_in_a_writable_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache/latent-studio"
    monkeypatch.setattr("os.access", lambda *_: False)  # as of a user whose home is /
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert cache_folder().parent == tmp_path / "temporary"
    (tmp_path / ".cache/latent-studio").mkdir(parents=True)  # filled by another user
    assert cache_folder() == tmp_path / ".cache/latent-studio"


def test_a_user_without_a_home_has_settings(monkeypatch):
    code = "import os; os.path.expanduser = str; from demo.settings import Settings; "
    code += "print(Settings.from_env({}).hub_cache)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "latent-studio" in done.stdout, done.stderr
    monkeypatch.setattr("os.path.expanduser", str)  # leaves the tilde, as for an unknown user
    assert cache_folder().parent == Path(tempfile.gettempdir())
    with pytest.raises(SystemExit, match="LATENT_STUDIO_RUNS: '~/runs'"):
        Settings.from_env({"LATENT_STUDIO_RUNS": "~/runs"})


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root")
def test_the_home_of_another_user_is_not_used(tmp_path):
    tmp_path.chmod(0o700)
    code = "import os; from gan.paths import cache_folder; os.setuid(12345); print(cache_folder())"
    env = os.environ | {"HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.stdout.strip().endswith("latent-studio-12345"), done.stderr
