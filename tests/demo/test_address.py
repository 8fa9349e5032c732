"""The address of a visitor: what is trusted, and what one network may hold."""

import asyncio

import pytest
from starlette.requests import HTTPConnection

from demo import address
from demo.address import AT_ONCE, FUNCTIONS, Addresses


def scope(client="10.0.0.9", forwarded=None, path=FUNCTIONS):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "http", "headers": headers, "client": (client, 1), "path": path}


@pytest.mark.parametrize(
    ("space", "client", "forwarded", "found"),
    [
        (False, "203.0.113.7", None, "203.0.113.7"),
        (False, "10.0.0.9", "8.8.4.4", "10.0.0.9"),  # anybody can send it
        (True, "10.0.0.9", "8.8.4.4", "8.8.4.4"),
        (True, "10.0.0.9", "1.1.1.1, 8.8.4.4, 10.1.2.3", "8.8.4.4"),  # the first is made up
        (True, "10.0.0.9", "nonsense, , 10.1.2.3", "10.0.0.9"),
        (True, "10.0.0.9", None, "10.0.0.9"),
        (False, "2a00:1450:4001:81b::200e", None, "2a00:1450:4001:81b::/64"),
        (False, "::ffff:203.0.113.7", None, "203.0.113.7"),
        (False, "testclient", None, ""),
    ],
)
def test_only_a_trusted_proxy_says_who_called(monkeypatch, space, client, forwarded, found):
    monkeypatch.setenv("SPACE_ID", "a/b") if space else monkeypatch.delenv("SPACE_ID", False)
    assert address.of(HTTPConnection(scope(client, forwarded))) == found


@pytest.mark.parametrize(("public", "most"), [(True, AT_ONCE), (False, AT_ONCE + 5)])
def test_one_network_holds_a_part_of_the_threads(public, most):
    running, seen = [], set()

    async def all_of_them():
        go = asyncio.Event()

        async def app(scope, receive, send):
            running.append(scope["path"])
            seen.add(address.present())
            await go.wait()

        middleware = Addresses(app, public)
        calls = [scope("203.0.113.7") for _ in range(AT_ONCE + 5)]
        calls += [scope("203.0.113.8"), scope("203.0.113.7", path="/queue/data")]
        tasks = [asyncio.create_task(middleware(one, None, None)) for one in calls]
        await asyncio.sleep(0)
        assert len(running) == most + 2
        go.set()
        await asyncio.gather(*tasks)
        assert len(running) == len(calls) and not middleware._running

    asyncio.run(all_of_them())
    assert seen == ({"203.0.113.7", "203.0.113.8"} if public else {""})


@pytest.mark.parametrize(
    ("client", "host", "forwarded", "here"),
    [
        ("127.0.0.1", "localhost:7860", None, True),
        ("::1", "[::1]:7860", None, True),
        ("192.168.1.7", "localhost:7860", None, False),  # a made-up name
        ("127.0.0.1", "studio.example", None, False),  # a proxy or tunnel on this machine
        ("127.0.0.1", "localhost:7860", "8.8.4.4", False),
        ("testclient", "[", None, False),
    ],
)
def test_only_a_browser_on_the_same_machine_is_local(client, host, forwarded, here):
    seen, asked = [], scope(client, forwarded)
    asked["headers"].append((b"host", host.encode()))

    async def app(*_):
        seen.append(address.is_local())

    asyncio.run(Addresses(app, False)(asked, None, None))
    assert seen == [here]


@pytest.mark.parametrize(
    ("origin", "here"),
    [
        ("http://localhost:7860", True),
        ("http://[::1]:7860", True),
        ("null", True),
        ("https://studio.example", False),
        ("http://localhost@studio.example", False),
        ("http://[", False),
        ("http://]:x", False),
    ],
)
def test_the_page_that_asks_must_be_local_too(origin, here):
    seen, asked = [], scope("127.0.0.1")
    asked["headers"] = [(b"host", b"localhost:7860"), (b"origin", origin.encode())]

    async def app(*_):
        seen.append(address.is_local())

    asyncio.run(Addresses(app, False)(asked, None, None))
    assert seen == [here] and not address.is_local()
