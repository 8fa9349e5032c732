"""Who may import whom: app -> demo -> gan, and inside each from the outside in."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted([*ROOT.glob("app.py"), *ROOT.glob("demo/**/*.py"), *ROOT.glob("gan/**/*.py")])
PACKAGES = {"PIL": "pillow"}  # where a module is not called like its package

# what the left one must never import, directly; "demo.tabs" stands for every module below it too
FORBIDDEN = {
    "gan": ("gradio", "demo", "app"),
    "demo": ("torch", "torchvision", "safetensors", "app"),
    "app": ("torch", "torchvision"),
    "gan.config": ("torch", "gan"),
    "gan.datasets": ("torch", "gan"),
    "gan.losses": ("gan.networks", "gan.data", "gan.trainer"),
    "gan.networks": ("gan.losses", "gan.data", "gan.trainer"),
    "gan.data": ("gan.losses", "gan.networks", "gan.trainer"),
    "gan.hashing": ("torch", "gan"),
    **dict.fromkeys(
        ("gan.latents", "gan.walk", "gan.curves", "gan.timing", "gan.tiles", "gan.figures"),
        ("torch", "gan.generator", "gan.plan", "gan.clip"),
    ),
    "gan.plan": ("torch", "gan.export", "gan.render"),
    **dict.fromkeys(("gan.captions", "gan.colours", "gan.kinds", "gan.png"), ("torch", "gan")),
    **dict.fromkeys(
        ("gan.animations", "gan.encoders", "gan.export", "gan.looks", "gan.palettes", "gan.stills"),
        ("torch", "gan.clip", "gan.generator", "gan.plan", "gan.render"),
    ),
    "gan.render": ("torch", "gan.estimate"),
    "gan.clip": ("torch", "gan.export", "gan.plan", "gan.render"),
    "gan.trainer": ("gan.runner", "gan.generator", "threading", "pathlib", "logging"),
    "gan.generator": ("gan.trainer", "gan.runner"),
    "demo.tabs": ("demo.ui",),
    "demo.controls": ("demo.tabs", "demo.ui"),
    "demo.plots": ("demo.tabs", "demo.ui"),
    "demo.panels": ("demo.tabs", "demo.ui"),
}
EXCEPT = {"gan.config": {"gan.datasets"}}  # a table of names and sizes


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in FILES}


def imports(path: Path) -> set[str]:
    """Dotted names of all that a file imports, those inside its functions too."""
    here = name_of(path).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:  # `from demo import tabs` imports a module
                below = f"{base}.{alias.name}"
                found.add(below if below in MODULES else base)
    return found


def within(name: str, parent: str) -> bool:
    return name == parent or name.startswith(parent + ".")


IMPORTS = {name: imports(path) for name, path in MODULES.items()}


@pytest.mark.parametrize("who", FORBIDDEN)
def test_arrows_point_inwards(who):
    wrong = [
        f"{name} imports {found}"
        for name in IMPORTS
        for found in sorted(IMPORTS[name] - EXCEPT.get(name, set()))
        if within(name, who) and any(within(found, taboo) for taboo in FORBIDDEN[who])
    ]
    assert not wrong, wrong


def test_no_module_imports_itself_by_way_of_others():
    def below(name: str, seen: set[str]) -> set[str]:
        for found in IMPORTS[name] & set(IMPORTS) - seen:
            seen.add(found)
            below(found, seen)
        return seen

    # a package is named by every import of what it holds
    circular = [name for name in IMPORTS if name in below(name, set())]
    assert not circular, circular


def test_tabs_do_not_know_each_other():
    tabs = {name for name in IMPORTS if name.startswith("demo.tabs.")}
    assert not {name: both for name in tabs if (both := IMPORTS[name] & tabs - {name})}


def test_the_front_doors_are_imported_by_nobody():
    doors = {"app", "gan.cli", "gan.__main__"}
    assert not {n: d for n in IMPORTS if n != "gan.__main__" and (d := IMPORTS[n] & doors)}


def test_all_that_is_imported_is_pinned():
    pinned = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(), re.M))
    own = {"gan", "demo", "app"}
    tops = {found.split(".")[0] for name in IMPORTS for found in IMPORTS[name]}
    tops -= own | set(sys.stdlib_module_names)
    assert {PACKAGES.get(top, top.replace("_", "-")) for top in tops} <= pinned


def test_app_is_there_and_short():
    if not (ROOT / "demo/ui.py").is_file():
        pytest.skip("demo/ui.py is not written yet")
    assert len((ROOT / "app.py").read_text().splitlines()) <= 40
    assert any(within(found, "demo") for found in IMPORTS["app"])
