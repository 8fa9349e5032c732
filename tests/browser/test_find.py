"""Real test digits, opened on the sheet and found as a visitor would; bench/find.py has more."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
import torch

from gan.data.image_set import load
from gan.media.contact_sheet import png_bytes
from tests.browser.app import explore, press

COUNT = 20
# opens a file on the sheet and presses the button; the sentence and the seconds until it came
FIND = """async (file) => {
    const root = document.querySelector("#explore");
    const [open, find] = [root.querySelector("input[accept='image/*']"), root.querySelector(
        ".ls-companion:not([hidden]) .ls-primary")];
    const said = root.querySelector(".ls-verdict");
    const idle = find.textContent;
    const until = async (done) => {
        while (!done()) await new Promise(requestAnimationFrame);
    };
    const bytes = Uint8Array.from(atob(file), (c) => c.charCodeAt(0));
    const list = new DataTransfer();
    list.items.add(new File([bytes], "digit.png", { type: "image/png" }));
    said.textContent = "waiting";
    open.files = list.files;
    open.dispatchEvent(new Event("change"));
    await until(() => said.textContent === "" && !find.disabled);
    const start = performance.now();
    find.click();
    await until(() => find.textContent === idle);
    return [said.textContent, (performance.now() - start) / 1000];
}"""


@pytest.fixture(scope="module")
def digits():
    """Digits and their labels that neither the model nor the search has seen."""
    data = load("mnist", train=False)
    index = torch.randperm(len(data.labels), generator=torch.Generator().manual_seed(0))[:COUNT]
    return data.images[index].permute(0, 2, 3, 1).numpy(), data.labels[index].tolist()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_real_digits_are_found_from_the_page(visit, digits, capsys):
    page = explore(visit)
    press(page, "Draw")
    found = []
    for image, label in zip(*digits, strict=True):
        sentence, seconds = page.evaluate(FIND, base64.b64encode(png_bytes(image)).decode())
        match, error = map(int, re.findall(r"(\d+) %.*error (\d+)", sentence)[0])
        asked = page.locator(".ls-classes button[aria-pressed=true]").all_inner_texts()
        found.append((match, error, seconds, asked == [str(label)]))
    match, error, seconds, right = np.array(found, float).T
    marks = (0.05, 0.25, 0.5, 0.75, 0.95)
    with capsys.disabled():
        print(f"\n{COUNT} test digits found in Chromium, at 5, 25, 50, 75 and 95 %:")
        for name, values in (("match, %", match), ("error of 255", error), ("seconds", seconds)):
            print(f"  {name:12} {np.quantile(values, marks).round(2)}")
    assert np.median(match) > 93
    assert np.quantile(match, 0.05) > 75
    assert right.mean() > 0.9
