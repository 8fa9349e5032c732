"""Extract the training images of the bundled model `twemoji-people` from an npm package.

    npm pack emoji-datasource-twitter@16.0.0
    python -m bench.support.twemoji emoji-datasource-twitter-16.0.0.tgz twemoji-people.zip
    python -m gan images twemoji-people.zip --size 64

Twemoji's faces, and its people from the shoulders up, 64 px, in five folders, which become the
classes. Graphics: Twitter, Inc. and contributors, CC BY 4.0; list of emoji: Cal Henderson, MIT.
"""

from __future__ import annotations

import argparse
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDERS = {
    "person": "people",
    "person-gesture": "gestures",
    "person-role": "work and dress",
    "person-fantasy": "fantasy",
}
TENDED = {  # listed as activities, but drawn from the shoulders up
    f"{who} {what}" for who in ("WOMAN", "MAN") for what in ("GETTING MASSAGE", "GETTING HAIRCUT")
} | {"FACE MASSAGE", "HAIRCUT"}
WHOLE_FIGURES = {"MERMAID", "MERMAN", "MERPERSON", "BABY ANGEL", "BREAST-FEEDING"} | {
    f"{who} {what}"
    for who in ("WOMAN", "MAN", "PERSON")
    for what in ("BOWING", "BOWING DEEPLY", "FEEDING BABY")
}
WHOLE_FIGURES |= {f"PREGNANT {who}" for who in ("WOMAN", "MAN", "PERSON")}


def main() -> None:
    """Write the zip."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="emoji-datasource-twitter-16.0.0.tgz")
    parser.add_argument("out", type=Path, help="the zip to write")
    options = parser.parse_args()
    with tarfile.open(options.package) as package, zipfile.ZipFile(options.out, "w") as archive:
        listed = json.load(package.extractfile("package/emoji.json"))
        members = {member.name: member for member in package.getmembers()}
        seen: set[bytes] = set()
        for folder, name in pictures(listed):
            member = members.get(f"package/img/twitter/64/{name}")
            content = package.extractfile(member).read() if member else b""
            if content and content not in seen:
                seen.add(content)
                archive.writestr(f"{folder}/{name}", content)
    print(f"{options.out}: {len(seen):,} images")


def pictures(listed: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the folder and file name of each image, in all skin tones."""
    for one in listed:
        kind, name = one["subcategory"], one["name"]
        folder = "gestures" if name in TENDED else FOLDERS.get(kind)
        if one["category"] == "Smileys & Emotion" and kind.startswith("face"):
            folder = "smileys"
        if folder and name not in WHOLE_FIGURES:
            for each in (one, *one.get("skin_variations", {}).values()):
                yield folder, each["image"]


if __name__ == "__main__":
    main()
