"""What our log lines look like: secrets that paths carry are left out."""

import logging
import re

SLASH = r"(?:/|%2[Ff])"
SECRET = re.compile(
    rf"({SLASH}(?:a|details|stop|key|confirm|confirm-email|invitation){SLASH})(?:(?!{SLASH})[^\s?#\"'<>])+"
)
"""The parts of paths that open somebody's booking, hold or account; also in ``?next=%2Fa%2F…``."""


class Formatter(logging.Formatter):
    """Writes lines, tracebacks included, with ``…`` in the place of secret tokens."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1…", super().format(record))
