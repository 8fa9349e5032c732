"""The theme: system fonts, one accent colour, an 8 px grid, light and dark."""

import gradio as gr

SANS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Noto Sans SC", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return a theme that fetches nothing from the network."""
    made = gr.themes.Base(
        primary_hue="indigo", secondary_hue="indigo", font=list(SANS), font_mono=list(MONO)
    )
    return made.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_900",
        background_fill_primary_dark="*neutral_800",
        body_text_color="*neutral_900",
        body_text_color_subdued="*neutral_600",  # 4.5:1 on every ground, cards and timeline too
        border_color_primary="*neutral_300",
        input_background_fill="white",
        input_background_fill_dark="*neutral_800",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        color_accent="*primary_600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
    )
