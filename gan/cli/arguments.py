"""The types of the arguments, and the check of an output file before anything is drawn."""

import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from gan.latent.latents import SEED_MAX

SHOWN_MAX = 40  # characters of a wrong value in a message


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return the type of integers in [`low`, `high`]."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise ArgumentTypeError(
                f"{text[:SHOWN_MAX]!r} is not a whole number from {low} to {high}"
            )
        return value

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """Return the type of numbers in [`low`, `high`]."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:  # NaN too
            raise ArgumentTypeError(
                f"{text[:SHOWN_MAX]!r} is not a number from {low:g} to {high:g}"
            )
        return value

    return parse


def minutes(low_s: float, high_s: float) -> Callable[[str], float]:
    """Return the type of minutes, as seconds in [`low_s`, `high_s`]."""
    of_minutes = number(low_s / 60, high_s / 60)
    return lambda text: 60 * of_minutes(text)


def seed(text: str) -> int:
    """Return a seed, with the limits of seeds on the page."""
    return whole(0, SEED_MAX)(text)


def numbers(text: str) -> list[int]:
    """Return the integers of a comma-separated list."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ArgumentTypeError(f"{text[:SHOWN_MAX]!r} is not a list like 1,2,3") from None


def check_file(path: Path) -> None:
    """Raise ValueError if there is no such file."""
    if not path.is_file():
        raise ValueError(f"There is no file {path}.")


def check_out(path: Path, *suffixes: str) -> None:
    """Check that a file with one of these suffixes, in lower case, can be written to `path`.

    Raises ValueError: another suffix, or no folder to write into; OSError: it is not writable.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        raise ValueError(f"The name {path.name!r} must end in {' or '.join(suffixes)}.")
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file.")
    check_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Raise ValueError if there is no such folder, and OSError if it is not writable."""
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder} to write into.")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise OSError(f"The folder {folder} cannot be written to: {error.strerror}.") from error
