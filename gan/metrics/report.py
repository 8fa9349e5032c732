"""The metrics of a model: a report, its JSON, and its tables for terminals and model cards."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter

from gan.storage.layout import EVALUATION
from gan.system.atomic import read_json

# metric: its label, whether it is a share, which values are better
LABELS = {
    "frechet": ("Frechet distance", False, "lower"),
    "precision": ("precision", True, "higher"),
    "recall": ("recall", True, "higher"),
    "accuracy_score": ("accuracy score", True, "higher"),
    "label_agreement": ("label agreement", True, "higher"),
    "confidence": ("confidence", True, "like real"),
    "memorisation": ("memorisation", False, "near 1"),
    # of clips, see gan.metrics.evaluate_clips
    "frames_frechet": ("distance of frames", False, "lower"),
    "motion_frechet": ("distance of changes", False, "lower"),
    "clip_frechet": ("distance of clips", False, "lower"),
    "speed": ("speed, off by px", False, "lower"),
    "acceleration": ("accel., off by px", False, "lower"),
    "bounce_violation": ("turns in mid-air", True, "lower"),
    "nod_violation": ("nods without rhythm", True, "lower"),
    "eyes": ("blinks, off by levels", False, "lower"),
    "mouth": ("talking, off by lev.", False, "lower"),
    "elsewhere": ("changes elsewhere", False, "like real"),
    "identity": ("identity kept", True, "higher"),
    "freeze": ("frozen clips", True, "lower"),
    "freeze_late": ("  after 3 spans", True, "lower"),
    "loop": ("looping clips", True, "lower"),
    "loop_late": ("  after 2 spans", True, "lower"),
    "motion_diversity": ("motions of content", True, "near 100%"),
    "content_diversity": ("contents of motion", True, "near 100%"),
}


@dataclass(frozen=True)
class Figure:
    """A measured value, and `floor`, the value of real training images (a ceiling of shares).

    `shuffled` is that of real clips with their frames in random order.
    """

    value: float
    floor: float | None = None
    shuffled: float | None = None


@dataclass(frozen=True)
class Report:
    """The result of `gan.metrics.evaluate`; `figures` holds the metrics that apply, by name:

    frechet: squared Frechet distance, 0 is best.
    precision, recall: shares, of `compared` images of each kind.
    memorisation: about 1 without copies, 0 for copies (`gan.metrics.neighbours`).
    accuracy_score: a share (`gan.metrics.accuracy_score`).
    label_agreement: share of samples that the judge assigns to their requested class.
    confidence: mean probability that the judge gives its predictions.

    `reader` names the feature extractor. `class_shares` and `real_class_shares` are the judge's
    class frequencies in samples and in held-out images, None without a judge.
    """

    data: str
    model_id: str
    reader: str
    count: int
    real_count: int
    compared: int
    seed: int
    figures: dict[str, Figure]
    class_shares: tuple[float, ...] | None
    real_class_shares: tuple[float, ...] | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """Reverse `to_json`. Raises ValueError: these are not the values of a report."""
        return TypeAdapter(cls).validate_python(values)


def read_evaluation(folder: Path) -> Report | None:
    """Read the report of a model's folder; None if there is none or it is invalid."""
    try:
        return Report.from_json(read_json(folder / EVALUATION))
    except ValueError:
        return None


def text(report: Report) -> str:
    """Format a report for a terminal."""
    lines = [
        f"model {report.model_id}: {report.count:,} samples (seed {report.seed}) against "
        f"{report.real_count:,} held-out images of {report.data},",
        f"features of {report.reader}; precision and recall of {report.compared:,} of each; "
        f"{report.seconds:.0f} s",
    ]
    for label, cells, better in _rows(report):
        widths = zip(cells, (10, 14, 14), strict=False)
        lines.append(f"  {label:<20}" + "".join(f"{x:>{w}}" for x, w in widths) + f"   {better}")
    if report.class_shares:
        lines.append("  read as class")
        pairs = zip(report.class_shares, report.real_class_shares, strict=True)
        for label, (share, real) in enumerate(pairs):
            bar = "#" * round(30 * share / max(report.class_shares))
            lines.append(f"  {label:>18}{share:>10.2%}{real:>14.2%}   {bar}".rstrip())
    return "\n".join(lines)


def markdown(report: Report) -> str:
    """Format the metrics as a Markdown table."""
    rows = [
        "| " + " | ".join([label, *cells, better]) + " |" for label, cells, better in _rows(report)
    ]
    heading, *others = rows
    return "\n".join(["|" + heading[2:], "|---" * (heading.count("|") - 1) + "|", *others])


def _rows(report: Report) -> Iterator[tuple[str, list[str], str]]:
    """Yield label, values and what is better, after a heading; "" where a value is unknown.

    The values are the model's, those of real images, and of shuffled clips if there are any.
    """
    of_clips = any(figure.shuffled is not None for figure in report.figures.values())
    count = 3 if of_clips else 2
    yield "", ["model", "real clips" if of_clips else "real images", "shuffled"][:count], "better"
    for key, (label, is_share, better) in LABELS.items():
        if key in report.figures:
            figure, form = report.figures[key], ".2%" if is_share else ".3f"
            shown = (figure.value, figure.floor, figure.shuffled)[:count]
            yield label, ["" if x is None else format(x, form) for x in shown], better
