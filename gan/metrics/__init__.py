"""Measure a generator: Frechet distance, precision, recall, memorisation, accuracy score."""
