"""Latent space without torch: seeds, curves and timing. The page has the same in JavaScript."""
