"""Measure a generator: Frechet distance, precision and recall, accuracy score."""
