"""Numbers in the page's sentences."""

import pytest

from tests.node import STATIC, run_node


@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "ar_EG.UTF-8"])
def test_numbers_are_written_alike_in_every_region(tmp_path, monkeypatch, locale):
    monkeypatch.setenv("LC_ALL", locale)  # node's default, as a browser's region is the page's
    script = """
        import { formatNumber } from "./core/format.js";
        give([(10000).toLocaleString(), ...[1234567.5, "a", null].map((x) => formatNumber(x))]);
    """
    region, *written = run_node(tmp_path, script)
    assert region != "10,000"
    assert written == ["1,234,567.5", "a", None]


def test_no_number_is_written_as_in_the_region_of_the_browser():
    wanted = {"core/format.js"}
    found = {path for path in STATIC.rglob("*.js") if "toLocale" in path.read_text("utf-8")}
    assert {path.relative_to(STATIC).as_posix() for path in found} == wanted
