"""The start of the server."""

import pytest

import app


def test_a_read_only_temporary_folder_ends_the_start_with_a_sentence(monkeypatch):
    def none_found():
        raise FileNotFoundError

    monkeypatch.setattr("tempfile.gettempdir", none_found)
    with pytest.raises(SystemExit, match="Set TMPDIR"):
        app.main()
