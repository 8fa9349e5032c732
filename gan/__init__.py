"""Generative adversarial networks small enough to watch: data, networks, training, latents, export.

Nothing here knows the web page; `python -m gan --help` is its own front door.
"""
