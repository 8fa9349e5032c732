"""The list of kept runs."""
