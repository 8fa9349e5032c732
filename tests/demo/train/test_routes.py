"""The route of presence: who it believes, hidden and closed pages, and strangers."""

import time
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from demo.endpoint import WHO
from demo.server.presence import GONE_S, HIDDEN_GONE_S, MOST_PAGES
from demo.train import routes
from gan.config import Config
from tests.demo.server.test_access import ANNA, BEN, made

CARL = "3" * 32


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def access(tmp_path):
    return made(tmp_path)[0]


@pytest.fixture
def say(access):
    """Post to the route as a visitor's page, and return the answer."""
    site = TestClient(Starlette(routes=routes.routes(SimpleNamespace(access=access))))

    def post(who, page, name="one", **more):
        headers = more.pop("headers", {WHO: quote(who)})
        answer = site.post(routes.ADDRESS, params={"page": page, "id": name}, headers=headers)
        assert answer.status_code == 200
        return answer.json()

    post.site = site
    return post


def test_it_goes_by_the_header_and_by_nothing_else(access, say):
    access.start(ANNA, Config())
    assert access.start(BEN, Config()) == ""
    assert say(ANNA, "open") == say(BEN, "open") == {"holds": True}
    assert say(ANNA + " some-key", "open") == {"holds": True}
    for who in (CARL, "", "nonsense!", "\u00e9"):
        assert say(who, "open") == {"holds": False}
    assert say("", "open", headers={"cookie": f"{WHO}={ANNA}; who={ANNA}"}) == {"holds": False}
    assert say.site.get(routes.ADDRESS, headers={WHO: ANNA}).status_code == 405


def test_a_hidden_page_may_be_silent_for_longer(access, say, clock):
    access.start(ANNA, Config())
    for who, page in ((BEN, "open"), (CARL, "hidden")):
        access.start(who, Config())
        say(who, page)
    clock[0] += GONE_S + 1
    assert say(ANNA, "open") == {"holds": True}
    assert access.status(CARL)["place"] == 1 and say(BEN, "open") == {"holds": False}


def test_a_closed_page_gives_its_place_up_like_an_open_one(access, say, clock):
    access.start(ANNA, Config())
    access.start(BEN, Config())
    say(BEN, "hidden")
    assert say(BEN, "closed") == say(BEN, "closed") == {}  # the same beat again
    clock[0] += GONE_S - 1
    say(ANNA, "open")
    assert access.start(CARL, Config()) == "" and access.status(CARL)["place"] == 2  # a reload
    clock[0] += 2
    say(ANNA, "open")
    assert access.status(CARL)["place"] == 1


@pytest.mark.parametrize("closed", ["one", "two", "unknown"])
def test_who_closes_one_of_two_hidden_pages_is_still_there(access, say, clock, closed):
    access.start(ANNA, Config())
    for name in ("one", "two"):
        say(ANNA, "hidden", name)
    access.start(BEN, Config())
    say(ANNA, "closed", closed)
    for _ in range(HIDDEN_GONE_S // 10):
        clock[0] += 10
        say(BEN, "open")
    assert access.controls(ANNA)
    clock[0] += 1
    say(BEN, "open")
    assert access.controls(BEN)


def test_repeated_beats_are_one_and_made_up_pages_are_few(access, say, clock):
    access.start(ANNA, Config())
    for _ in range(3):
        assert say(ANNA, "hidden") == {"holds": True}
    for number in range(3 * MOST_PAGES):
        say(ANNA, "hidden", f"{number}" * 40)
    kept = access._slot._pages._polls
    assert len(kept) == MOST_PAGES and max(map(len, kept)) == routes.LONGEST_NAME


def test_a_stranger_changes_nobodys_place(access, say, clock):
    name = access.start(ANNA, Config())
    access.start(BEN, Config())
    for who in (ANNA, BEN):
        say(who, "hidden")
    for page in ("open", "hidden", "closed", "nonsense"):
        say(CARL, page)
    clock[0] += GONE_S + 1  # both are in the background, and not gone
    assert say(CARL, "open") == {"holds": False}
    assert access.controls(ANNA) and access._runner.status.run == name
    assert access.status(BEN)["place"] == 1
