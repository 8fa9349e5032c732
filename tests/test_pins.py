"""The same versions on every machine, in CI and on Hugging Face Spaces."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
# packages whose modules have another name
PACKAGES = {"PIL": "pillow", "zipstream": "zipstream-ng"}


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().split("\n")
    return dict(line.split("==") for line in lines if "==" in line)


def front_matter() -> dict[str, str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.startswith("---\n")
    lines = text.split("---\n", 2)[1].splitlines()
    return {key: value.strip().strip('"') for key, value in (line.split(":", 1) for line in lines)}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_exactly(name):
    for line in filter(None, (ROOT / name).read_text().split("\n")):
        assert line == "-r requirements.txt" or re.fullmatch(r"[a-z0-9-]+==\d+(\.\d+)+", line), line


def test_development_pins_nothing_twice():
    assert not set(pins("requirements.txt")) & set(pins("requirements-dev.txt"))


def test_the_space_runs_the_pinned_gradio():
    matter = front_matter()
    assert matter["sdk"] == "gradio"
    assert matter["sdk_version"] == pins("requirements.txt")["gradio"]
    assert len(matter["short_description"]) <= 60  # the Hub refuses more
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {matter["colorFrom"], matter["colorTo"]} <= colours


def test_readme_and_project_name_the_same_python_and_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    matter = front_matter()
    assert project["requires-python"] == f">={matter['python_version']}"
    assert project["license"].lower() == matter["license"]
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_every_imported_package_is_pinned():
    tops = set()
    for path in [ROOT / "app.py", *ROOT.glob("demo/**/*.py"), *ROOT.glob("gan/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            tops |= {name.split(".")[0] for name in names}
    tops -= {"gan", "demo", "app"} | set(sys.stdlib_module_names)
    assert {"torch", "gradio", "PIL"} <= tops
    pinned = set(pins("requirements.txt"))
    assert {PACKAGES.get(top, top.replace("_", "-")) for top in tops} <= pinned


def test_app_is_short():
    assert len((ROOT / "app.py").read_text().splitlines()) <= 40


def brought() -> dict[str, str]:
    """Return the installed versions of requirements.txt and of all that it brings."""
    waiting = [
        Requirement(f"{name}=={version}") for name, version in pins("requirements.txt").items()
    ]
    found = {}
    while waiting:
        wanted = waiting.pop()
        if (name := canonicalize_name(wanted.name)) in found:
            continue
        distribution = metadata.distribution(name)
        found[name] = distribution.version
        for one in map(Requirement, distribution.requires or ()):
            # what only one system has, PyTorch pins itself
            if one.marker is None or (
                "platform_system" not in str(one.marker) and one.marker.evaluate({"extra": ""})
            ):
                waiting.append(one)
    return found


def test_constraints_name_what_the_requirements_bring_and_nothing_else():
    lines = filter(None, (ROOT / "constraints.txt").read_text().split("\n"))
    here = [one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate()]
    named = {one.name: str(one.specifier).removeprefix("==") for one in here}
    assert named == brought()
    assert pins("requirements.txt").items() <= named.items()
