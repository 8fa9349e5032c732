"""The error of data that cannot be read."""


class DataError(RuntimeError):
    """The images are not available; the message says why and what to do."""
