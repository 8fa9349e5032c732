"""Write an evaluation into the model's folder: evaluation.json, README.md and samples.png.

README.md keeps the text around the two marks, samples.png shows samples beside real images.
"""

from pathlib import Path

import numpy as np

from gan.data.image_set import load
from gan.media.contact_sheet import grid, png_bytes
from gan.metrics.report import Report, markdown
from gan.models.generator import Generator
from gan.storage.layout import CARD, EVALUATION, SAMPLES
from gan.system.atomic import write_atomic, write_json

BEGIN = "<!-- figures, written by `python -m gan evaluate MODEL --card` -->"
END = "<!-- end of the figures -->"
COLUMNS, ROWS = 10, 10
GAP_PX = 12  # between the model's samples and the real images

EXPLAINED = """\
Each metric stands beside the value of real training images, measured against the same held-out
images. Frechet distance, precision and recall (k = 3) use the features of {reader}; compare them
only with values from the same features. The accuracy score is the accuracy on held-out images of a
classifier trained on generated images only. Memorisation is about 1 where samples are no closer to
training images than unseen real images are, and 0 for copies.

![Samples and real images](samples.png)

Left: uncurated samples of seed 0{columns}. Right: held-out real images."""


def write_card(folder: Path, generator: Generator, report: Report) -> None:
    """Write the three files; the metrics are appended to a README.md without marks.

    Raises OSError: the folder cannot be written to; DataError: the real images are not available.
    """
    path = folder / CARD
    known = path.read_text(encoding="utf-8") if path.is_file() else f"# {folder.name}\n"
    write_json(folder / EVALUATION, report.to_json())
    write_atomic(folder / SAMPLES, png_bytes(beside_real(generator)))
    write_atomic(path, with_figures(known, section(report, generator.classes > 1)).encode())


def section(report: Report, has_classes: bool) -> str:
    about = (
        f"Weights `{report.model_id}`: {report.count:,} samples of seed {report.seed} against "
        f"{report.real_count:,} held-out images; precision and recall of {report.compared:,} of "
        "each."
    )
    columns = ", one column per class" if has_classes else ""
    explained = EXPLAINED.format(reader=report.reader, columns=columns)
    return "\n\n".join([about, markdown(report), explained])


def with_figures(card: str, figures: str) -> str:
    """Replace the metrics section of a card, or append it."""
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        before, after = card.rstrip() + "\n\n", "\n"
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def beside_real(generator: Generator) -> np.ndarray:
    """Return 100 samples of seed 0 beside 100 held-out images, as one image uint8 (h,w,c).

    Columns are classes if the model has any.
    """
    count, config = COLUMNS * ROWS, generator.config
    held = load(config.data, train=False, size=config.image_size)
    labels = np.arange(count) % COLUMNS % max(1, generator.classes)
    z = np.random.default_rng(0).standard_normal((count, generator.z_dim))
    drawn = generator.sample(z, labels if generator.classes else None)
    known = held.labels.numpy() * bool(generator.classes)
    real = held.pixels()[_of_classes(known, labels)]
    left = np.pad(grid(drawn, COLUMNS), ((0, 0), (0, GAP_PX), (0, 0)), constant_values=255)
    return np.concatenate([left, grid(real, COLUMNS)], axis=1)


def _of_classes(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return an index for each wanted label: the first images of it, repeated where few."""
    chosen = np.empty(len(wanted), np.int64)
    for label in np.unique(wanted):
        places, mine = np.flatnonzero(known == label), wanted == label
        chosen[mine] = np.resize(places if len(places) else np.arange(len(known)), mine.sum())
    return chosen
