"""What our log lines look like: secrets that paths carry are left out."""

import logging
import re

SECRET = re.compile(r"(/(?:a|details|stop|key|confirm-email)/)[^/\s?#\"'<>]+")
"""The parts of paths that open somebody's booking, hold or account."""


class Formatter(logging.Formatter):
    """Writes lines, tracebacks included, with ``…`` in the place of secret tokens."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1…", super().format(record))
