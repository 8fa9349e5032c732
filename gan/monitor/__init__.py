"""Vital signs of a run, and the doctor that diagnoses it."""
