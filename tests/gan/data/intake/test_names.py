"""File names: unsafe paths, and true reasons why files are not images."""

import pytest

from gan.data.intake.names import safe_parts, skip_reason


@pytest.mark.parametrize(
    "name",
    ["../x.png", "a/../../x.png", "/etc/x.png", "\\x.png", "C:\\x.png", "c:x.png", "a\0.png", ".."],
)
def test_paths_that_point_outside_are_refused(name):
    assert safe_parts(name) is None


def test_names_are_split_at_either_slash():
    assert safe_parts("./a//b\\c.png") == ("a", "b", "c.png")
    assert safe_parts("a/") == ("a",) and safe_parts("") == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/1.png", None),
        ("a/1.JPEG", None),
        ("a/IMG_0001", None),
        ("a/picture no. 7", None),
        ("a/b.zip", "archive"),
        ("a/b.tar.gz", "archive"),
        ("a/notes.txt", "other"),
        ("a/labels.csv", "other"),
        ("a/St.Peter", None),
        ("a/Dr.X", None),
        ("a/IMG_1.HEIC", None),
        ("a/IMG_1.avif", None),
        ("a/drawing.svg", "format"),
        ("a/IMG_1.CR2", "format"),
        ("a/photos.tgz", "archive"),
        ("__MACOSX/a/._1.png", "hidden"),
        ("a/.DS_Store", "hidden"),
        ("a/.git/x.png", "hidden"),
        ("a/Thumbs.db", "hidden"),
    ],
)
def test_most_files_are_skipped_by_their_name(name, reason):
    assert skip_reason(tuple(name.split("/"))) == reason
