"""Exports of clips and films: validate, queue, write the file."""
