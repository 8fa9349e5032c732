"""The training loop, and the background thread it runs in."""
