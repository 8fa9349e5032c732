"""The texts of the page: the same keys and placeholders in both languages, all of them used."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from demo.text import LANGUAGES, catalogue
from gan.config import Config

ROOT = Path(__file__).parents[3]
SPACES = {key.partition(".")[0] for key in catalogue("en")}
FILLED_IN = re.compile(r"\$?\{[^{}]*\}")  # of a template: `train.preset.${name}`, f"tab.{name}"
# `say("seed")` in a script whose `say` makes "explore.seed" of it
WRAPPER = re.compile(r"(?:words\[`|\bspeaker\((?:page\.)?words, \")([a-z]+)(?:\.\$\{key\}`\]|\"\))")
WRAPPED = re.compile(r"""\b(?:w|say)\(\s*"([\w-]+)\"""")


def sources() -> dict[Path, str]:
    """The product's scripts and Python files."""
    paths = [*(ROOT / "demo").rglob("*.js"), *(ROOT / "demo").rglob("*.py")]
    paths += (ROOT / "gan").rglob("*.py")
    return {path: path.read_text(encoding="utf-8") for path in paths}


def pieces(source: str) -> set[str]:
    """The string literals of all lines, and the code between them, as templates may be nested."""
    return {piece for line in source.split("\n") for quote in "\"'`" for piece in line.split(quote)}


def test_every_text_is_in_every_language():
    assert list(catalogue("en")) and set(catalogue("en")) == set(catalogue("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_placeholders_match(language):
    for key, text in catalogue(language).items():
        assert text.strip(), key
        names = re.findall(r"\{\w*\}", text)
        assert set(names) == set(re.findall(r"\{\w*\}", catalogue("en")[key])), key


def test_every_text_used_by_the_code_exists():
    known = catalogue("en")
    full = re.compile(rf"[\"`]((?:{'|'.join(SPACES)})\.(?!js|py|wasm)[\w.-]*[0-9A-Za-z])[\"`]")
    asked = set()
    for path, source in sources().items():
        if path.suffix == ".js":
            code = re.sub(r"//[^\n]*|/\*.*?\*/", "", source, flags=re.DOTALL)
            asked |= set(full.findall(code))
            if len(prefixes := set(WRAPPER.findall(code))) == 1:
                asked |= {f"{prefix}.{key}" for prefix in prefixes for key in WRAPPED.findall(code)}
        elif path.is_relative_to(ROOT / "demo"):
            asked |= set(full.findall(source.replace("`", "'")))
    assert len(asked) > 300
    assert not asked - set(known)


def test_every_text_is_used():
    used = {field.name for field in fields(Config)}  # rows of the form
    used |= {path.name for path in (ROOT / "assets" / "models").iterdir()}  # data.<model>
    for source in sources().values():
        used |= pieces(source)
    patterns = [
        re.compile(r"[\w-]+".join(map(re.escape, parts)))
        for parts in map(FILLED_IN.split, used)
        if len(parts) > 1 and re.fullmatch(r"[\w.-]{2,}", "".join(parts))
        if "".join(parts).removesuffix(".") not in SPACES  # "train.${name}" would allow them all
    ]
    unused = [
        key
        for key, part in ((key, key.partition(".")[2]) for key in catalogue("en"))
        if not {key, part} & used
        and not any(pattern.fullmatch(name) for pattern in patterns for name in (key, part))
    ]
    assert not unused
