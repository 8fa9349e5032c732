"""The slider the usual Gradio way: a `gr.Slider` whose change redraws a `gr.Image`.

Served by bench/slider_latency.py beside the real app; the generator and its directions are ours.
"""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import numpy as np

from gan.explore.directions import directions
from gan.latent.latents import latent
from gan.models.generator import Generator
from gan.system.machine import set_threads


def main() -> None:
    """Serve one slider along the first direction and one image, with Gradio's defaults."""
    set_threads()
    generator = Generator.load(Path(__file__).parents[2] / "assets/models/mnist")
    axis = directions(generator)[0].axis
    start = latent(0, generator.z_dim)

    def draw(value: float) -> np.ndarray:
        z = start + (value - start @ axis) * axis
        image = generator.sample(z[None], 0)[0, :, :, 0]
        return image.repeat(16, axis=0).repeat(16, axis=1)

    with gr.Blocks() as page:
        slider = gr.Slider(-3, 3, 0.0, step=0.05, label="Direction 1")
        picture = gr.Image(draw(0.0), label="Picture", elem_id="picture")
        slider.change(draw, slider, picture)
    page.launch()


if __name__ == "__main__":
    main()
