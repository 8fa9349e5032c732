"""The class of each image, by its folder or by the labels of StyleGAN's dataset.json."""

import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from gan.data.intake.names import Parts, safe_parts
from gan.storage.metadata import one_line

LABELS_FILE = "dataset.json"
# "train", "training_set", "seg_train", "val2017"
SPLIT = re.compile(
    r"(?:[a-z]+[_-])?(train|training|test|testing|val|valid|validation|dev)"
    r"(?:[_ -]?(?:set|data|images|imgs))?\d*"
)
LONGEST_CLASS = 40
NO_FOLDER = "-"  # class of images beside the folders of the others
Folder = Parts | None  # None: outside the splits
Classes = tuple[list[str | None], dict[str, int]]


def image_classes(names: Sequence[Parts], labels: Mapping[Parts, str] | None = None) -> Classes:
    """Return the class of each image and counts of `messages.NOTES`.

    `labels` are those of a dataset.json, which decide if they name any of the images. All classes
    are "" if there is one at most; None marks an image without a class among others with one.
    """
    if labels is None or (labels and labels.keys().isdisjoint(names)):
        return folder_classes(names)
    if len(set(labels.values())) < 2:
        return [""] * len(names), {"dataset_json": len(labels)}
    return [labels.get(parts) for parts in names], {"dataset_json": len(labels)}


def folder_classes(names: Sequence[Parts]) -> Classes:
    """Return what `image_classes` does, by sub-folder.

    Folders around all images are ignored. Of nested folders the outermost is the class, unless they
    are splits of a data set ("train", "test"): then the next one is, and what is outside has none.
    """
    folders: list[Folder] = list(_below_shared([parts[:-1] for parts in names]))
    if _are_parts_of_one_set(folders, names):
        return [""] * len(names), {"chunks": len(set(folders))}
    no_folder = ""
    while _are_splits(folders):
        folders, no_folder = _below_splits(folders), None
    found = [folder[0] if folder else no_folder for folder in folders]
    titles = _titles(set(found) - {None})
    classes = [titles.get(name) for name in found]
    merged = len(titles) - len(set(titles.values()))
    noted = {"merged_classes": merged} if merged else {}
    return (classes if len(set(titles.values())) > 1 else [""] * len(names)), noted


def read_labels(data: bytes, folder: Parts) -> dict[Parts, str] | None:
    """Return the labels of files in a dataset.json of StyleGAN in `folder`; None if it is not one.

    A label is a number, or a vector with a single 1. There are none if "labels" is null.
    """
    try:
        listed = dict(json.loads(data)["labels"] or ())
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    found = {}
    for name, label in listed.items():
        parts = safe_parts(name) if isinstance(name, str) else None
        if isinstance(label, list) and label.count(0) == len(label) - 1 and 1 in label:
            label = label.index(1)
        if not parts or type(label) is not int or abs(label) >= 10**9:
            return None
        found[(*folder, *parts)] = f"{label}"
    return found


def natural_order(classes: Iterable[str]) -> list[str]:
    """Return the distinct names in natural order: 2 before 10."""

    def key(name: str) -> tuple[list[tuple[int, int, str]], str]:
        pieces = re.findall(r"\d+|\D+", name.casefold())
        numbered = [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces]
        return numbered, name

    return sorted(set(classes), key=key)


def _titles(names: Iterable[str]) -> dict[str, str]:
    """Return a title for each folder's name: equal only if the names look the same."""
    lines = {name: one_line(unicodedata.normalize("NFC", name)) or NO_FOLDER for name in names}
    alike = defaultdict(set)
    for line in lines.values():
        alike[line[:LONGEST_CLASS].rstrip()].add(line)
    titles, half = {}, LONGEST_CLASS // 2
    for start, longer in sorted(alike.items()):
        for number, line in enumerate(sorted(longer), 1):
            title = start
            if len(longer) > 1 and line != start:
                title = f"{line[: half - 1].rstrip()}…{line[-half:].lstrip()}"
                if title in titles.values():
                    title = f"{start[: LONGEST_CLASS - 6]}…{number}"
            titles[line] = title
    return {name: titles[line] for name, line in lines.items()}


def _split_of(folder: Folder) -> str | None:
    found = SPLIT.fullmatch(folder[0].lower()) if folder else None
    return found[1][:2] if found else None  # training is train


def _are_splits(folders: Sequence[Folder]) -> bool:
    """Return whether the first folders are splits: all of them, or two, such as train and test."""
    splits = {_split_of(folder) for folder in folders if folder is not None}
    return bool(splits) and (None not in splits or len(splits) > 2)


def _below_splits(folders: Sequence[Folder]) -> list[Folder]:
    inside = [folder[1:] if folder and _split_of(folder) else None for folder in folders]
    below = iter(_below_shared([folder for folder in inside if folder]))
    return [next(below) if folder else None for folder in inside]


def _are_parts_of_one_set(folders: Sequence[Folder], names: Sequence[Parts]) -> bool:
    """Return whether numbered folders (00000, 00001) hold files numbered from one to the next."""
    numbers = defaultdict(list)
    for folder, parts in zip(folders, names, strict=True):
        number = re.search(r"(\d{1,18})(?:\.\w*)?$", parts[-1])
        if len(folder) != 1 or not re.fullmatch(r"\d{5,}", folder[0]) or not number:
            return False
        numbers[folder[0]].append(int(number[1]))
    spans = [(min(numbers[name]), max(numbers[name])) for name in sorted(numbers)]
    return len(spans) > 1 and all(one[1] < other[0] for one, other in pairwise(spans))


def _below_shared(folders: list[Parts]) -> list[Parts]:
    shared = len(os.path.commonprefix(folders))
    return [folder[shared:] for folder in folders]
