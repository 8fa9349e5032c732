"""Threads, processes, memory and atomic files."""
