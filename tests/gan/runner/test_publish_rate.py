"""How often a run is shown, by a clock of the test's own."""

from types import SimpleNamespace

import pytest

from gan.runner import publish_rate
from gan.runner.publish_rate import SHARE, SLOWEST, PublishRate


@pytest.mark.parametrize(
    ("costs", "wait_s"),
    [
        ((0.01, 0.01), 1.0),  # it costs little: as asked
        ((0.05, 0.05), 0.05 / SHARE),
        ((0.05, 0.8), 0.05 / SHARE),  # of a single one that took long nothing follows
        ((9.0, 9.0), SLOWEST),  # but somebody watches
    ],
)
def test_showing_keeps_to_its_share_of_the_time(monkeypatch, costs, wait_s):
    now = [100.0]
    monkeypatch.setattr(publish_rate, "time", SimpleNamespace(monotonic=lambda: now[0]))
    watched = PublishRate(1.0)
    assert watched.is_due()
    for cost_s in costs:
        watched.publish(lambda cost_s=cost_s: now.__setitem__(0, now[0] + cost_s))
    now[0] += wait_s - 0.01
    assert not watched.is_due()
    now[0] += 0.02
    assert watched.is_due()
