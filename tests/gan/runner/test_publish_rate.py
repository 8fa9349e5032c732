"""The throttle of publishing, on a simulated clock."""

from types import SimpleNamespace

import pytest

from gan.runner import publish_rate
from gan.runner.publish_rate import SHARE, SLOWEST, PublishRate


@pytest.mark.parametrize(
    ("costs", "wait_s"),
    [
        ((0.01, 0.01), 1.0),  # fast: the requested interval
        ((0.05, 0.05), 0.05 / SHARE),
        ((0.05, 0.8), 0.05 / SHARE),  # a single slow one has no effect
        ((9.0, 9.0), SLOWEST),  # the longest interval
    ],
)
def test_publishing_takes_at_most_its_share_of_the_time(monkeypatch, costs, wait_s):
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
