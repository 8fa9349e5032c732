"""The page's scripts as the server sends them: the ES modules of demo/static/ in a few files.

One file per tab costs one request instead of forty. A module becomes a function that is called
once and returns its exports; the modules after it take theirs from there. Nothing is compiled: the
text of each module stays as it is written, but for lines that are only a comment.
"""

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
ADDRESS = "/studio/static"
# A file has the modules that its entries import and that no earlier file has, so the first one is
# what the first tab needs.
PAGE = {
    "explore.js": ("core/visitor", "explore/index", "hub/index", "time/player"),
    "menu.js": ("page/menu_pictures",),  # when the menu of models is first opened
    "avatar.js": ("explore/avatar/index",),  # when the dialog is first opened
    "interpolate.js": ("interpolate/index",),
    "train.js": tuple(
        f"train/{panel}/index" for panel in ("watch", "form", "manual", "compare", "runs", "images")
    ),
}
WORKER = {"engine/worker.js": ("engine/worker",)}  # shares nothing with the page
KERNELS = "engine/kernels.wasm"
TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}  # the address has the version

IMPORT = re.compile(r'^import (?:\* as (\w+)|\{([^}]*)\}) from "([^"]+)";$', re.M)
COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*.*?\*/)\n", re.M | re.S)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.M)


@dataclass(frozen=True)
class Bundles:
    """The files by name, their common version, and which file has a module."""

    version: str
    files: dict[str, bytes]
    holders: dict[str, str]

    def address(self, name: str) -> str:
        """Where a file is served, from the root of the page."""
        return f"{ADDRESS}/{self.version}/{name}"


@cache
def bundles() -> Bundles:
    """Return the files of demo/static/ as it is now; raise ValueError if they cannot be joined."""
    holders, worker = {}, {}
    files = {name: _join(name, entries, holders) for name, entries in PAGE.items()}
    files |= {name: _join(name, entries, worker) for name, entries in WORKER.items()}
    files[KERNELS] = (STATIC / KERNELS).read_bytes()
    digest = hashlib.sha256()
    for path in (Path(__file__), *sorted(path for path in STATIC.rglob("*") if path.is_file())):
        digest.update(path.read_bytes())
    return Bundles(digest.hexdigest()[:12], files, holders)


def routes() -> list[Route]:
    """What `Blocks.launch` serves beside the page; another version's address is not found."""
    made = bundles()

    def file(request: Request) -> Response:
        data = made.files.get(request.path_params["name"])
        if data is None or request.path_params["version"] != made.version:
            return Response(status_code=404)
        kind = TYPES[Path(request.path_params["name"]).suffix]
        return Response(data, media_type=kind, headers=FOREVER)

    return [Route(ADDRESS + "/{version}/{name:path}", file)]


def needed(entry: str) -> Iterator[str]:
    """An entry and all that it imports, each after what it imports itself."""
    done: dict[str, None] = {}

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            raise ValueError(f"these import each other: {' -> '.join((*path, module))}")
        for _, _, source in IMPORT.findall(_text(module)):
            imported = _resolve(module, source)
            if imported not in done:
                visit(imported, (*path, module))
        done[module] = None

    visit(entry, ())
    return iter(done)


def _join(name: str, entries: tuple[str, ...], holders: dict[str, str]) -> bytes:
    """A file's text; what it newly holds is added to `holders`."""
    parts: list[str] = []
    borrowed: dict[str, dict[str, None]] = {}  # by the earlier file that has them
    for module in (module for entry in entries for module in needed(entry)):
        if module not in holders:
            holders[module] = name
            parts.append(_wrapped(module, posixpath.dirname(name)))
        elif holders[module] != name:
            borrowed.setdefault(holders[module], {})[identifier(module)] = None
    imports = [
        f'import {{ {", ".join(names)} }} from "./{file}";' for file, names in borrowed.items()
    ]
    own = [identifier(module) for module, holder in holders.items() if holder == name]
    return "\n".join([*imports, *parts, f"export {{ {', '.join(own)} }};\n"]).encode()


def _wrapped(module: str, folder: str) -> str:
    """Return a module as a function's value. `folder` is where the joined file lies."""

    def take(found: re.Match[str]) -> str:
        every, some, source = found.groups()
        names = every or f"{{ {some.replace(' as ', ': ')} }}"
        return f"const {names} = {identifier(_resolve(module, source))};"

    text = _text(module)
    exported = EXPORT.findall(text)
    text = EXPORT.sub("", IMPORT.sub(take, COMMENT.sub("", text)))
    if left := re.search(r"^(import|export)\b.*", text, re.M):
        raise ValueError(f"{module}.js: cannot join {left[0]!r}")
    path = posixpath.relpath(f"{module}.js", folder or ".")
    text = text.replace("import.meta.url", f'new URL("{path}", import.meta.url)')
    return (
        f"// ---- {module}.js\nconst {identifier(module)} = (() => {{\n{text}"
        f"return {{ {', '.join(exported)} }};\n}})();"
    )


def _text(module: str) -> str:
    return (STATIC / f"{module}.js").read_text(encoding="utf-8")


def _resolve(module: str, source: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), source)).removesuffix(".js")


def identifier(module: str) -> str:
    """What a module's exports are called in the joined files."""
    return "$" + module.replace("/", "_")
