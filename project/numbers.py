"""Numbers out of text that anybody may have typed."""

DIGITS = 9
"""No id or number that we hand out is longer, and every database takes it."""


def parse_number(text: str) -> int | None:
    """Return ``text`` as a whole number that every database takes, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None
