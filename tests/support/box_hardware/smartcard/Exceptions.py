class CardConnectionException(Exception):
    """The card was taken away."""


class NoCardException(Exception):
    """There is none on the reader."""
