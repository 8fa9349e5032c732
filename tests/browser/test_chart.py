"""A chart of two runs that are measured at steps of their own: only what was measured is shown."""

ROWS = [[10, 1, 100], [20, 3, None], [40, 5, None], [50, None, 1]]
DRAW = """async (rows) => {
    document.body.innerHTML = "<figure></figure>";
    const { chart } = await import("./charts/line_chart.js");
    const dots = [];
    CanvasRenderingContext2D.prototype.arc = (x, y) => dots.push(Math.round(x));
    const joined = [];
    CanvasRenderingContext2D.prototype.lineTo = function (x) { joined.push(Math.round(x)); };
    const figure = document.querySelector("figure");
    figure.innerHTML = "";
    const made = chart(figure, {
        title: "t", text: (step) => `at ${step}`, smooth: false, apart: true, say: (key) => key,
        curves: [{ name: "A", color: "--a" }, { name: "B", color: "--b" }],
    });
    const canvas = figure.querySelector("canvas");
    Object.assign(canvas.style, { display: "block", width: "544px", height: "120px" });
    await new Promise((next) => setTimeout(next, 100));
    dots.length = joined.length = 0;
    made.setRows(rows);
    const legend = () => [...figure.querySelectorAll("output")].map((one) => one.textContent);
    const last = legend();
    const box = canvas.getBoundingClientRect();
    const at = { clientX: box.left + 36 + 500 * 0.4, clientY: box.top + 20, bubbles: true };
    const seen = { last, dots: [...dots], joined: joined.filter((x) => dots.includes(x)) };
    canvas.dispatchEvent(new PointerEvent("pointermove", at));
    return { ...seen, hovered: legend() };
}"""


def test_dots_are_measured_and_the_legend_has_what_was_last_known(page, site):
    site.serve(page)
    page.goto(site.address)
    found = page.evaluate(DRAW, ROWS)
    first, second = [136, 236, 436], [136, 536]  # px of the steps, at 10 px each
    assert found["dots"] == first + second
    assert found["last"] == ["5.00", "1.00"]
    assert found["hovered"] == ["3.00", "100.00"]  # at step 20
    assert 536 in found["joined"]  # the second goes on to its next point
