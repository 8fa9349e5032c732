"""The background thread that trains."""
