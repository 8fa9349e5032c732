"""The views of the Train tab: watch, by hand, side by side, runs."""
