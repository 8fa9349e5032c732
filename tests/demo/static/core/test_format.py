"""Numbers, labels and sentences in the page's language."""

import re

import pytest

from demo.text import LANGUAGES, catalogue
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


def test_chinese_has_no_space_before_a_percent_sign_nor_after_a_full_stop(tmp_path):
    script = """
        import { labelled, percent, sentences } from "./core/format.js";
        import { fill } from "./core/dom.js";
        give(given.map(([words, parts]) => {
            const say = (key, values) => fill(words[key], values);
            return [percent(50, say), labelled("G", "5", say), sentences(parts)];
        }));
    """
    texts = (["One.", "", "Two."], ["一。", "", "二！", "三"])
    given = [[catalogue(one), parts] for one, parts in zip(LANGUAGES, texts, strict=True)]
    assert run_node(tmp_path, script, given) == [
        ["50 %", "G: 5", "One. Two."],
        ["50%", "G：5", "一。二！三"],
    ]
    assert not {key: text for key, text in catalogue("zh").items() if re.search(r"\s%", text)}


def test_lists_labels_and_percentages_are_written_by_the_texts_of_the_language():
    english = re.compile(r"\} %|\}: \$\{|join\(\"[,:;] \"\)")
    found = {
        (path.relative_to(STATIC).as_posix(), line.strip())
        for path in STATIC.rglob("*.js")
        for line in path.read_text("utf-8").splitlines()
        if english.search(line)
    }
    assert {name for name, _ in found} == {"interpolate/stage/canvas.js"}  # CSS, not a text
