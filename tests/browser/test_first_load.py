"""What the page fetches: for its first tab no more than that needs, and early."""

import re
from urllib.parse import urlsplit

import pytest

from tests.browser.app import App, explore, tab

REQUESTS_MOST = 60  # 57 measured; 52 are Gradio's own
KILOBYTES_MOST = 1300  # 1280 measured; the weights of the model are 911


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A server with the model that a page opens with by default."""
    running = App(tmp_path_factory.mktemp("first"), LATENT_STUDIO_FIRST_MODEL="faces")
    yield running
    running.stop()


def files(page):
    """The files of demo/static/ that were fetched, by name, and those that the head names."""
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    named = page.evaluate("Array.from(document.head.querySelectorAll('[src]'), (one) => one.src)")
    return [
        sorted(urlsplit(name).path.split("/", 4)[4] for name in names if "/studio/static/" in name)
        for names in (fetched, named)
    ]


def test_the_head_names_what_the_first_tab_needs_and_other_tabs_wait(visit):
    page = explore(visit)
    page.wait_for_timeout(500)
    fetched, named = files(page)
    assert named == ["explore.js"]
    # the worker asks for its own file and for the kernels; the page has those from the cache then
    own = ["engine/kernels.wasm", "engine/worker.js"]
    assert [name for name in fetched if name not in own] == named
    assert len(fetched) == len(set(fetched))
    tab(page, "Train")
    page.get_by_role("button", name="Start", exact=True).wait_for()
    assert {*files(page)[0]} - {*own} == {"explore.js", "train.js"}


def test_the_first_tab_costs_few_requests_and_bytes(page, app):
    requests, sizes, plain = {}, {}, []

    def arrived(event):
        answer = event["response"]
        text = re.search("html|javascript|json|css", answer["mimeType"])
        headers = {name.lower() for name in answer["headers"]}
        if text and "content-encoding" not in headers and event["requestId"] in requests:
            plain.append(event["requestId"])

    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.requestWillBeSent", lambda e: requests.update({e["requestId"]: e}))
    network.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e}))
    network.on("Network.responseReceived", arrived)
    page.goto(app.address)
    page.locator(".ls-badge[data-where=browser]").wait_for()
    page.wait_for_timeout(1000)
    # on a busy machine the weights come late, and the server draws some pictures meanwhile
    needed = {
        key: event["request"]["url"]
        for key, event in requests.items()
        if '"fn_name":"draw"' not in event["request"].get("postData", "")
        and not event["request"]["url"].startswith("data:")  # asks nobody
    }
    assert 30 < len(needed) <= REQUESTS_MOST, needed
    size = sum(sizes[key]["encodedDataLength"] for key in needed if key in sizes)
    assert 1000 < size / 1000 <= KILOBYTES_MOST
    # every text is compressed, the document too, unless it is short
    large = {needed[key]: sizes[key]["encodedDataLength"] for key in plain if key in needed}
    assert not {name: size for name, size in large.items() if size > 2000}
