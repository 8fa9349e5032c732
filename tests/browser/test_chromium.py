"""The browser itself: without it the other browser tests say nothing."""


def test_chromium_runs_scripts_and_draws(page):
    page.set_content("<canvas width=2 height=2></canvas>")
    pixel = page.evaluate(
        """() => {
            const context = document.querySelector("canvas").getContext("2d");
            context.fillStyle = "rgb(10, 20, 30)";
            context.fillRect(0, 0, 2, 2);
            return [...context.getImageData(1, 1, 1, 1).data];
        }"""
    )
    assert pixel == [10, 20, 30, 255]
