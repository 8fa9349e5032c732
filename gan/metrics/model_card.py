"""Figures and sample grid of a model in its folder's card, from a real evaluation.

`evaluation.json` holds the report, README.md its table between two marks (what stands around them
is kept), samples.png the model's first samples beside real images.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gan.data.image_set import load
from gan.media.contact_sheet import grid, png_bytes
from gan.metrics.report import Report
from gan.metrics.table import markdown
from gan.models.generator import Generator
from gan.storage.layout import CARD, EVALUATION, SAMPLES
from gan.system.atomic import write_atomic, write_json

BEGIN = "<!-- figures, written by `python -m gan evaluate MODEL --card` -->"
END = "<!-- end of the figures -->"
COLUMNS, ROWS = 10, 10
GAP_PX = 12  # between the model's samples and the real images

EXPLAINED = """\
Each figure stands beside what real training images get against the same held-out ones. Frechet
distance, precision and recall (k = 3) are in the features of {reader}, so compare them with other
models' only there. The accuracy score is the share of held-out images that a classifier reads right
which learnt nothing but generated ones. Memorisation is 1 where samples are no closer to training
images than unseen real ones are, 0 for copies.

![Samples and real images](samples.png)

Left the first samples of seed 0, none chosen by hand{columns}; right held-out real images."""


def write_card(folder: Path, generator: Generator, report: Report) -> None:
    """Write the three files. A README.md that has no marks gets the figures at its end.

    Raises:
        OSError: the folder cannot be written to.
        DataError: the real images cannot be had.
    """
    path = folder / CARD
    known = path.read_text(encoding="utf-8") if path.is_file() else f"# {folder.name}\n"
    write_json(folder / EVALUATION, report.to_json())
    write_atomic(folder / SAMPLES, png_bytes(beside_real(generator)))
    write_atomic(path, with_figures(known, section(report, generator.classes > 1)).encode())


def section(report: Report, has_classes: bool) -> str:
    """The part of the card that speaks of figures, in Markdown."""
    about = (
        f"Weights `{report.model_id}`: {report.count:,} samples of seed {report.seed} against "
        f"{report.real_count:,} held-out images; precision and recall of {report.compared:,} of "
        "each."
    )
    columns = ", a column for each class" if has_classes else ""
    explained = EXPLAINED.format(reader=report.reader, columns=columns)
    return "\n\n".join([about, markdown(report), explained])


def with_figures(card: str, figures: str) -> str:
    """The text of a card with these figures in place of those it had, or at its end."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        before, after = card.rstrip() + "\n\n", "\n"
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def beside_real(generator: Generator) -> np.ndarray:
    """Samples of seed 0 and real held-out images, 100 of each, as one picture uint8 (h,w,c).

    A column is a class where the model knows any.
    """
    count, config = COLUMNS * ROWS, generator.config
    held = load(config.data, train=False, size=config.image_size)
    labels = np.arange(count) % COLUMNS % max(1, generator.classes)
    z = np.random.default_rng(0).standard_normal((count, generator.z_dim))
    drawn = generator.sample(z, labels if generator.classes else None)
    chosen = _of_classes(held.labels.numpy(), labels, bool(generator.classes))
    real = held.images[chosen].permute(0, 2, 3, 1).numpy()
    sheets = [grid(images, COLUMNS) for images in (drawn, real)]
    height, _, channels = sheets[0].shape
    gap = np.full((height, GAP_PX, channels), 255, np.uint8)
    return np.concatenate([sheets[0], gap, sheets[1]], axis=1)


def _of_classes(known: np.ndarray, wanted: np.ndarray, matters: bool) -> np.ndarray:
    """An index of an image for each wanted label, the first ones, again where there are few."""
    if not matters:
        return np.arange(len(wanted)) % len(known)
    places = {label: np.flatnonzero(known == label) for label in set(wanted.tolist())}
    turns = dict.fromkeys(places, 0)
    chosen = []
    for label in wanted.tolist():
        mine = places[label] if len(places[label]) else np.arange(len(known))
        chosen.append(mine[turns[label] % len(mine)])
        turns[label] += 1
    return np.array(chosen)
