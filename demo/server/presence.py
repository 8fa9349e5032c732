"""Whether a visitor's page is still open, known from its polls."""

import time
from dataclasses import dataclass

GONE_S = 20  # without a poll, after which a visitor leaves the queue
HIDDEN_GONE_S = 90  # for a page in the background, which browsers let poll once a minute
MOST_PAGES = 16  # of a visitor, of which those that polled last count


@dataclass(frozen=True)
class Poll:
    """The last poll of a page; `hidden`: the page was in the background."""

    at_s: float
    hidden: bool

    def gone_at_s(self, after_s: float) -> float:
        """Return when the page counts as gone, `after_s` without a poll."""
        return self.at_s + (max(after_s, HIDDEN_GONE_S) if self.hidden else after_s)


class Presence:
    """The pages of a visitor, each by the name that it gives itself; there is always one.

    A visitor is gone when all their pages are.
    """

    def __init__(self) -> None:
        self._polls: dict[str, Poll] = {}  # the latest last
        self.seen()

    def seen(self, page: str = "", hidden: bool = False) -> None:
        """Note a poll of a page; `hidden`: the page is in the background."""
        self._polls.pop(page, None)
        self._polls[page] = Poll(time.monotonic(), hidden)
        for oldest in list(self._polls)[:-MOST_PAGES]:
            del self._polls[oldest]

    def closed(self, page: str) -> None:
        """Note that a page was closed: it is not in the background any more."""
        if page in self._polls:
            self._polls[page] = Poll(self._polls[page].at_s, False)

    def are_here(self) -> bool:
        """Return whether a page has polled lately; one in the background may be silent for long."""
        return time.monotonic() <= max(poll.at_s for poll in self._polls.values()) + GONE_S

    def are_gone(self, after_s: float) -> bool:
        """Return whether the visitor counts as gone, `after_s` without a poll."""
        return time.monotonic() > self.gone_at_s(after_s)

    def gone_at_s(self, after_s: float) -> float:
        """Return when the visitor counts as gone, `after_s` without a poll."""
        return max(poll.gone_at_s(after_s) for poll in self._polls.values())
