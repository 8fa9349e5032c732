"""The networks, and the generator for use."""
