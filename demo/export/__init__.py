"""Exports of clips: validate the order, wait in turn, write the file."""
