"""`python -m gan evaluate MODEL`: measures of a model beside those of real images."""

import argparse
import json
import sys
from contextlib import closing

from tqdm import tqdm

from gan.cli.arguments import check_folder
from gan.data.image_set import load
from gan.metrics import evaluate as measuring
from gan.metrics.accuracy_score import known_ceiling, seconds
from gan.metrics.evaluate import MEASURES
from gan.metrics.model_card import write_card
from gan.metrics.report import text
from gan.models.generator import Generator
from gan.system.machine import set_threads


def evaluate(args: argparse.Namespace) -> None:
    """Measure with progress on stderr, and print a table or one JSON object.

    Raises ValueError: an unknown measure, or no model; OSError: the card cannot be written.
    """
    set_threads()
    folder = args.folder or args.model
    generator = Generator.load(folder)
    if args.card:
        check_folder(folder)  # measuring takes minutes
    measures = args.only.split(",") if args.only else MEASURES
    if "accuracy" in measures and generator.classes > 1:
        _announce_cost(generator)
    with closing(_Bars()) as bars:
        report = measuring.evaluate(generator, args.count, args.seed, measures, bars.report)
    if args.card:
        write_card(folder, generator, report)
    print(json.dumps(report.to_json()) if args.json else text(report))


def _announce_cost(generator: Generator) -> None:
    config = generator.config
    training = load(config.data, size=config.image_size)
    count = len(training.labels)
    times = 1 if known_ceiling(training) else 2
    print(
        f"gan: the accuracy score trains a classifier on {count:,} generated images"
        f"{' and one on as many real ones' if times == 2 else ''}: about "
        f"{times * seconds(count):.0f} s on two fast processor cores, up to four times that on "
        f"others. Without it: --only {','.join(name for name in MEASURES if name != 'accuracy')}",
        file=sys.stderr,
    )


class _Bars:
    """Progress bars on stderr, one per stage."""

    def __init__(self) -> None:
        self._stage, self._bar = "", None

    def report(self, stage: str, share: float) -> None:
        if stage != self._stage:
            self.close()
            layout = "{desc:<28}{percentage:3.0f}% |{bar:20}| {elapsed}, {remaining} left"
            self._stage = stage
            self._bar = tqdm(total=1.0, desc=stage, bar_format=layout, file=sys.stderr)
        self._bar.update(min(1.0, share) - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
