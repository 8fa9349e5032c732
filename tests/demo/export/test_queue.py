"""Turns at exporting: in order, one a visitor, and never all slots for long ones."""

import pytest

from demo.export.queue import QUEUE_MAX, ExportQueue, QueueFullError, Ticket


class TrainingQueue:
    """Turns whose begun tickets are listed, by visitor."""

    def __init__(self, slots):
        self.queue, self.begun = ExportQueue(slots), []

    def enter(self, visitor, long=False, left_s=1.0):
        ticket = Ticket(visitor, lambda: self.begun.append(visitor), long, left_s)
        self.queue.enter(ticket)
        return ticket


def test_slots_are_given_in_the_order_of_coming():
    line = TrainingQueue(2)
    a, b, c, d = (line.enter(visitor) for visitor in "abcd")
    assert line.begun == ["a", "b"]
    assert [line.queue.place(ticket) for ticket in (a, b, c, d)] == [0, 0, 1, 2]
    line.queue.leave(b)
    assert line.begun == ["a", "b", "c"] and line.queue.place(d) == 1
    line.queue.leave(a)
    assert line.begun == ["a", "b", "c", "d"]


@pytest.mark.parametrize("slots", [2, 3])
def test_a_short_one_never_waits_for_long_ones(slots):
    line = TrainingQueue(slots)
    for number in range(5):
        line.enter(f"long{number}", long=True)
    assert len(line.begun) == slots - 1
    short = line.enter("short")
    assert line.queue.place(short) == 0
    # nor does the slot it gives back go to a long one
    line.queue.leave(short)
    assert sum(visitor.startswith("long") for visitor in line.begun) == slots - 1


def test_long_ones_take_turns_and_do_not_starve():
    line = TrainingQueue(2)
    first = line.enter("a", long=True)
    line.enter("b", long=True)
    shorts = [line.enter(f"s{number}") for number in range(3)]
    assert line.begun == ["a", "s0"]
    line.queue.leave(first)  # the long one that waits comes before the shorts behind it
    assert line.begun == ["a", "s0", "b"]
    line.queue.leave(shorts[0])
    assert line.begun == ["a", "s0", "b", "s1"]


def test_with_one_slot_all_get_it_in_order():
    line = TrainingQueue(1)
    tickets = [line.enter(visitor, long=visitor in "ac") for visitor in "abc"]
    for ticket in tickets:
        line.queue.leave(ticket)
    assert line.begun == ["a", "b", "c"]


def test_a_visitor_has_one_slot_at_most():
    line = TrainingQueue(2)
    mine = line.enter("a")
    again = line.enter("a")
    line.enter("b")
    assert line.begun == ["a", "b"] and line.queue.place(again) == 1
    line.queue.leave(mine)
    assert line.begun == ["a", "b", "a"]


def test_who_gives_up_waiting_is_never_called():
    line = TrainingQueue(1)
    a, b, c = (line.enter(visitor) for visitor in "abc")
    assert line.queue.give_up(b)
    assert line.queue.place(c) == 1
    line.queue.leave(a)
    assert line.begun == ["a", "c"]
    assert not line.queue.give_up(b) and not line.queue.give_up(c)  # c has its turn


def test_a_full_line_refuses_in_a_sentence():
    line = TrainingQueue(1)
    for number in range(1 + QUEUE_MAX):
        line.enter(str(number))
    with pytest.raises(QueueFullError, match="waiting already.*\\.$"):
        line.enter("one too many")


def test_the_wait_is_what_those_ahead_still_need():
    line = TrainingQueue(2)
    assert line.queue.wait_s("z", long=True) == 0
    line.enter("a", long=True, left_s=60)
    assert line.queue.wait_s("z", long=False) == 0
    assert line.queue.wait_s("z", long=True) == 60
    line.enter("b", long=True, left_s=30)
    assert line.queue.wait_s("z", long=True) == 90
    assert line.queue.wait_s("z", long=False) == 0
    short = line.enter("c", left_s=4)
    line.enter("d", left_s=2)
    assert line.queue.wait_s("z", long=False) == 6
    assert line.queue.wait_s("c", long=False) == 6
    short.left_s = 1  # it went faster than expected
    assert line.queue.wait_s("z", long=False) == 3
