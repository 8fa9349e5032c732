"""A report of `gan.metrics.evaluate` as lines for a terminal, and as a table for a model card."""

from __future__ import annotations

from collections.abc import Iterator

from gan.metrics.report import Report

# name of the figure: what it is called, whether it is a share, which way is better
NAMES = {
    "frechet": ("Frechet distance", False, "lower"),
    "precision": ("precision", True, "higher"),
    "recall": ("recall", True, "higher"),
    "accuracy_score": ("accuracy score", True, "higher"),
    "label_agreement": ("read as asked", True, "higher"),
    "confidence": ("confidence", True, "like real"),
    "memorisation": ("memorisation", False, "near 1"),
}


def rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Each figure: its name, value, what real images get ("" if unknown), what is better."""
    for key, (name, is_share, better) in NAMES.items():
        if key in report.figures:
            figure = report.figures[key]
            shown = (figure.value, figure.floor)
            value, floor = ("" if x is None else _shown(x, is_share) for x in shown)
            yield name, value, floor, better


def text(report: Report) -> str:
    """The report as lines of text for a terminal."""
    lines = [
        f"model {report.model_id}: {report.count:,} samples (seed {report.seed}) against "
        f"{report.real_count:,} held-out images of {report.data},",
        f"seen by {report.reader}; precision and recall of {report.compared:,} of each; "
        f"{report.seconds:.0f} s",
        f"  {'':<18}{'model':>10}{'real images':>14}   better",
    ]
    lines += [f"  {n:<18}{v:>10}{f:>14}   {better}" for n, v, f, better in rows(report)]
    if report.class_shares:
        lines.append("  read as class")
        pairs = zip(report.class_shares, report.real_class_shares, strict=True)
        for label, (share, real) in enumerate(pairs):
            bar = "#" * round(30 * share / max(report.class_shares))
            lines.append(f"  {label:>18}{share:>10.2%}{real:>14.2%}   {bar}".rstrip())
    return "\n".join(lines)


def markdown(report: Report) -> str:
    """The figures as a table of Markdown."""
    lines = ["| | model | real images | better |", "|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows(report)]
    return "\n".join(lines)


def _shown(value: float, is_share: bool) -> str:
    return f"{value:.2%}" if is_share else f"{value:.3f}"
