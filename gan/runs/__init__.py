"""A run as a folder on disk."""
