"""The export queue: in order, one slot per visitor, a slot free of long exports."""

import pytest

from demo.export.queue import (
    MOST_PER_ADDRESS,
    QUEUE_MAX,
    ExportQueue,
    QueueEntry,
    QueueFullError,
)


class Recorded:
    """A queue that lists the visitors whose exports have begun."""

    def __init__(self, slots):
        self.queue, self.begun = ExportQueue(slots), []

    def enter(self, visitor, long=False, left_s=1.0, address=""):
        entry = QueueEntry(visitor, lambda: self.begun.append(visitor), long, left_s, address)
        self.queue.enter(entry)
        return entry


def test_slots_are_assigned_in_order():
    queue = Recorded(2)
    a, b, c, d = (queue.enter(visitor) for visitor in "abcd")
    assert queue.begun == ["a", "b"]
    assert [queue.queue.position(entry) for entry in (a, b, c, d)] == [0, 0, 1, 2]
    queue.queue.leave(b)
    assert queue.begun == ["a", "b", "c"] and queue.queue.position(d) == 1
    queue.queue.leave(a)
    assert queue.begun == ["a", "b", "c", "d"]


@pytest.mark.parametrize("slots", [2, 3])
def test_short_exports_never_wait_for_long_ones(slots):
    queue = Recorded(slots)
    for number in range(5):
        queue.enter(f"long{number}", long=True)
    assert len(queue.begun) == slots - 1
    short = queue.enter("short")
    assert queue.queue.position(short) == 0
    # nor does the slot it gives back go to a long one
    queue.queue.leave(short)
    assert sum(visitor.startswith("long") for visitor in queue.begun) == slots - 1


def test_long_exports_do_not_starve():
    queue = Recorded(2)
    first = queue.enter("a", long=True)
    queue.enter("b", long=True)
    shorts = [queue.enter(f"s{number}") for number in range(3)]
    assert queue.begun == ["a", "s0"]
    queue.queue.leave(first)  # the long one that waits comes before the shorts behind it
    assert queue.begun == ["a", "s0", "b"]
    queue.queue.leave(shorts[0])
    assert queue.begun == ["a", "s0", "b", "s1"]


def test_a_single_slot_is_assigned_in_order():
    queue = Recorded(1)
    entries = [queue.enter(visitor, long=visitor in "ac") for visitor in "abc"]
    for entry in entries:
        queue.queue.leave(entry)
    assert queue.begun == ["a", "b", "c"]


def test_a_visitor_has_one_slot_at_most():
    queue = Recorded(2)
    mine = queue.enter("a")
    again = queue.enter("a")
    queue.enter("b")
    assert queue.begun == ["a", "b"] and queue.queue.position(again) == 1
    queue.queue.leave(mine)
    assert queue.begun == ["a", "b", "a"]


def test_a_cancelled_entry_never_begins():
    queue = Recorded(1)
    a, b, c = (queue.enter(visitor) for visitor in "abc")
    assert queue.queue.cancel(b)
    assert queue.queue.position(c) == 1
    queue.queue.leave(a)
    assert queue.begun == ["a", "c"]
    assert not queue.queue.cancel(b) and not queue.queue.cancel(c)  # c has its turn


def test_a_full_queue_raises_a_message():
    queue = Recorded(1)
    for number in range(1 + QUEUE_MAX):
        queue.enter(str(number))
    with pytest.raises(QueueFullError, match="waiting already.*\\.$"):
        queue.enter("one too many")


def test_wait_s_is_the_remaining_time_of_earlier_entries():
    queue = Recorded(2)
    assert queue.queue.wait_s("z", long=True) == 0
    queue.enter("a", long=True, left_s=60)
    assert queue.queue.wait_s("z", long=False) == 0
    assert queue.queue.wait_s("z", long=True) == 60
    queue.enter("b", long=True, left_s=30)
    assert queue.queue.wait_s("z", long=True) == 90
    assert queue.queue.wait_s("z", long=False) == 0
    short = queue.enter("c", left_s=4)
    queue.enter("d", left_s=2)
    assert queue.queue.wait_s("z", long=False) == 6
    assert queue.queue.wait_s("c", long=False) == 6
    short.left_s = 1  # it went faster than expected
    assert queue.queue.wait_s("z", long=False) == 3


def test_made_up_visitors_of_one_network_cannot_fill_the_queue():
    queue = Recorded(2)
    entries = [queue.enter(f"a{n}", address="a") for n in range(2 + MOST_PER_ADDRESS)]
    assert queue.begun == ["a0", "a1"]  # nobody else waits
    with pytest.raises(QueueFullError, match="your network"):
        queue.enter("one too many", address="a")
    queue.enter("b", address="b")
    queue.queue.leave(entries[0])
    assert queue.begun[-1] == "b"  # before those who came first
