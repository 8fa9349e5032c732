"""Latent space without torch: seeds, curves and timing. The page has a twin in JavaScript."""
