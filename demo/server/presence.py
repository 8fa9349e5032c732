"""Whether the page of a visitor is still there: told by its polls."""

import time
from dataclasses import dataclass, field

GONE_S = 20  # without a poll, after which a visitor leaves the queue
HIDDEN_GONE_S = 90  # for a page in the background, which browsers let poll once a minute


@dataclass
class Presence:
    """The last poll of a visitor; `hidden`: their page was in the background."""

    at_s: float = field(default_factory=lambda: time.monotonic())
    hidden: bool = False

    def gone_at_s(self, after_s: float) -> float:
        """Return when the visitor counts as gone, `after_s` without a poll."""
        return self.at_s + (max(after_s, HIDDEN_GONE_S) if self.hidden else after_s)
