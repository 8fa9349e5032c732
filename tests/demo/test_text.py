"""The page's words: every text in both languages, with the same values to fill in."""

import re
from pathlib import Path

import pytest

from demo.text import LANGUAGES, catalogue

ROOT = Path(__file__).parents[2] / "demo"


def test_every_text_is_in_every_language():
    assert list(catalogue("en")) and set(catalogue("en")) == set(catalogue("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_all_name_the_same_values(language):
    for key, text in catalogue(language).items():
        assert text.strip(), key
        names = re.findall(r"\{\w*\}", text)
        assert set(names) == set(re.findall(r"\{\w*\}", catalogue("en")[key])), key


def test_every_text_the_explore_panel_asks_for_exists():
    for name in ("explore/index.js", "explore/view.js"):
        source = (ROOT / "static" / name).read_text()
        keys = re.findall(r"""words\[["'`]([\w.]+)["'`]\]""", source)
        keys += [f"explore.{key}" for key in re.findall(r"""\bw\("(\w+)"\)""", source)]
        assert keys and not [key for key in keys if key not in catalogue("en")]
