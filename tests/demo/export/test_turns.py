"""Turns at exporting: in order, one a visitor, and never all slots for long ones."""

import pytest

from demo.export.turns import LINE_MAX, LineFullError, Ticket, Turns


class Line:
    """Turns whose begun tickets are listed, by visitor."""

    def __init__(self, slots):
        self.turns, self.begun = Turns(slots), []

    def enter(self, visitor, long=False, left_s=1.0):
        ticket = Ticket(visitor, lambda: self.begun.append(visitor), long, left_s)
        self.turns.enter(ticket)
        return ticket


def test_slots_are_given_in_the_order_of_coming():
    line = Line(2)
    a, b, c, d = (line.enter(visitor) for visitor in "abcd")
    assert line.begun == ["a", "b"]
    assert [line.turns.place(ticket) for ticket in (a, b, c, d)] == [0, 0, 1, 2]
    line.turns.leave(b)
    assert line.begun == ["a", "b", "c"] and line.turns.place(d) == 1
    line.turns.leave(a)
    assert line.begun == ["a", "b", "c", "d"]


@pytest.mark.parametrize("slots", [2, 3])
def test_a_short_one_never_waits_for_long_ones(slots):
    line = Line(slots)
    for number in range(5):
        line.enter(f"long{number}", long=True)
    assert len(line.begun) == slots - 1
    short = line.enter("short")
    assert line.turns.place(short) == 0
    # nor does the slot it gives back go to a long one
    line.turns.leave(short)
    assert sum(visitor.startswith("long") for visitor in line.begun) == slots - 1


def test_long_ones_take_turns_and_do_not_starve():
    line = Line(2)
    first = line.enter("a", long=True)
    line.enter("b", long=True)
    shorts = [line.enter(f"s{number}") for number in range(3)]
    assert line.begun == ["a", "s0"]
    line.turns.leave(first)  # the long one that waits comes before the shorts behind it
    assert line.begun == ["a", "s0", "b"]
    line.turns.leave(shorts[0])
    assert line.begun == ["a", "s0", "b", "s1"]


def test_with_one_slot_all_get_it_in_order():
    line = Line(1)
    tickets = [line.enter(visitor, long=visitor in "ac") for visitor in "abc"]
    for ticket in tickets:
        line.turns.leave(ticket)
    assert line.begun == ["a", "b", "c"]


def test_a_visitor_has_one_slot_at_most():
    line = Line(2)
    mine = line.enter("a")
    again = line.enter("a")
    line.enter("b")
    assert line.begun == ["a", "b"] and line.turns.place(again) == 1
    line.turns.leave(mine)
    assert line.begun == ["a", "b", "a"]


def test_who_gives_up_waiting_is_never_called():
    line = Line(1)
    a, b, c = (line.enter(visitor) for visitor in "abc")
    assert line.turns.give_up(b)
    assert line.turns.place(c) == 1
    line.turns.leave(a)
    assert line.begun == ["a", "c"]
    assert not line.turns.give_up(b) and not line.turns.give_up(c)  # c has its turn


def test_a_full_line_refuses_in_a_sentence():
    line = Line(1)
    for number in range(1 + LINE_MAX):
        line.enter(str(number))
    with pytest.raises(LineFullError, match="waiting already.*\\.$"):
        line.enter("one too many")


def test_the_wait_is_what_those_ahead_still_need():
    line = Line(2)
    assert line.turns.wait_s("z", long=True) == 0
    line.enter("a", long=True, left_s=60)
    assert line.turns.wait_s("z", long=False) == 0
    assert line.turns.wait_s("z", long=True) == 60
    line.enter("b", long=True, left_s=30)
    assert line.turns.wait_s("z", long=True) == 90
    assert line.turns.wait_s("z", long=False) == 0
    short = line.enter("c", left_s=4)
    line.enter("d", left_s=2)
    assert line.turns.wait_s("z", long=False) == 6
    assert line.turns.wait_s("c", long=False) == 6
    short.left_s = 1  # it went faster than expected
    assert line.turns.wait_s("z", long=False) == 3
