"""Visitors of a server of our own, honest and hostile, for bench/fuzz.py and bench/load.py."""
