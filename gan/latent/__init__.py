"""Latent space without torch: seeds, curves and timing, with a JavaScript twin in the page."""
