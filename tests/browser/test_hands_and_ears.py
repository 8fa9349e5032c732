"""What keyboards, fingers and screen readers need on every tab, in both themes and languages."""

import pytest

from tests.browser.app import HERO, ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"  # installed by `make lint`
VIEWS = ("watch", "manual", "compare", "runs", "images")
SMALL = """() => {
    const controls = "button, a, select, summary, input, label:has(input[type=checkbox])";
    const inside = "input[type=checkbox], .visually-hidden *, .ls-unseen, .ls-skip, .lc-scrub";
    return [...document.querySelectorAll(controls)]
        .filter((one) => !one.matches(inside) && one.checkVisibility({ opacityProperty: true }))
        .map((one) => [one, one.getBoundingClientRect()])
        .filter(([, { width, height }]) => width && height && Math.min(width, height) < 43.9)
        .map(([one, { width, height }]) =>
            `${one.outerHTML.slice(0, 80)} ${Math.round(width)} x ${Math.round(height)}`);
}"""


SHIFTS = """
    window.shifted = 0;
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) {
            if (one.hadRecentInput) continue;
            window.shifted += one.value;
            for (const { node, previousRect: from, currentRect: to } of one.sources) {
                const name = node?.outerHTML?.slice(0, 80) ?? node?.nodeName;
                window.shifts.push(`${name} ${from.x},${from.y} -> ${to.x},${to.y}`);
            }
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
OPEN_ALL = """() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    const closed = "button[aria-expanded=false]:not([role=combobox])";
    for (const one of document.querySelectorAll(closed)) if (one.checkVisibility()) one.click();
}"""
SHIFT_MOST = 0.05  # of a tab while its data arrive


def open_tab(page, name):
    """Open a tab by its id, "train/runs" for a view of Train, and wait for its content."""
    page.evaluate("name => location.hash = `#tab=${name}`", name)
    tab, _, view = name.partition("/")
    for chosen in (tab, view) if view else (tab,):
        page.locator(f'[role=tab][data-tab-id="{chosen}"][aria-selected=true]').wait_for()
    page.wait_for_function("![...document.querySelectorAll('.ls-mount')].some((one) => "
                           "one.offsetParent && !one.children.length)")  # fmt: skip


def every_tab(page):
    """Open one tab after the other; nothing moves far while it fills."""
    before = 0
    for name in ("explore", "interpolate", *(f"train/{view}" for view in VIEWS)):
        open_tab(page, name)
        page.wait_for_timeout(500)
        now = page.evaluate("window.shifted")
        # in one column the form follows the view, and moves with its height
        wide = page.viewport_size["width"] >= 800
        assert now - before < SHIFT_MOST or not wide, (name, page.evaluate("window.shifts"))
        before = now
        yield name


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; `make lint` installs it")
@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
def test_axe_finds_no_fault_on_any_tab(visit, scheme, locale):
    page = visit(color_scheme=scheme, locale=locale, before=SHIFTS)
    page.evaluate(AXE.read_text() + ";0")
    faults = {}

    def check(name):
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        for fault in found:
            faults[name, fault["id"]] = [node["html"][:120] for node in fault["nodes"]]

    for name in every_tab(page):
        page.evaluate(OPEN_ALL)
        page.wait_for_timeout(300)
        check(name)
        if name == "interpolate":
            page.locator(".lc-menu > button").nth(3).click()
            page.locator("dialog[open]").wait_for()
            check("the dialog of a drawing")
            page.keyboard.press("Escape")
    assert not faults


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390)])
def test_every_target_fits_a_finger_and_nothing_overflows(visit, width, height):
    page = visit(width=width, height=height, before=SHIFTS, has_touch=True, is_mobile=True)
    small = {}
    for name in every_tab(page):  # which opens every view, so that each is in reach
        small[name] = page.evaluate(SMALL)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert page.locator(".tr-views > .tab-wrapper [role=tab]:visible").count() == len(VIEWS)
    assert not {name: found for name, found in small.items() if found}


def test_the_keyboard_skips_the_header_and_opens_lists_only_when_asked(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ls-skip"
    page.keyboard.press("Tab")
    model = page.get_by_role("combobox", name="Model")
    assert model.evaluate("one => one === document.activeElement")
    assert model.get_attribute("aria-expanded") == "false"
    for key, opens in (
        ("a", "false"),
        ("ArrowDown", "true"),
        ("Escape", "false"),
        ("Enter", "true"),
    ):
        page.keyboard.press(key)
        page.wait_for_function(f"document.activeElement.ariaExpanded === '{opens}'")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.contains(document.querySelector('#explore'))")


@pytest.mark.slow
def test_a_reload_opens_the_same_tab_and_form_and_back_walks_between_tabs(visit):
    page = visit()
    page.get_by_role("tab", name="Train").click()
    page.get_by_role("button", name="Steps", exact=True).click()
    steps = page.locator("#train-form input[name=steps]")
    steps.fill("250")
    steps.press("Enter")
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_role("tab", name="Runs").click()
    page.reload()
    page.locator(".ru-bar").wait_for()
    assert page.get_by_role("tab", name="Runs").get_attribute("aria-selected") == "true"
    assert steps.input_value() == "250"
    assert page.locator(".tf-grid").evaluate("grid => !grid.hidden")  # all settings, as chosen
    for view in ("watch", None):  # Back
        page.go_back()
        chosen = view or "explore"
        page.locator(f"[role=tab][data-tab-id={chosen}][aria-selected=true]").wait_for()
    page.locator(HERO).wait_for()
    page.go_forward()
    page.locator("[role=tab][data-tab-id=watch][aria-selected=true]").wait_for()
