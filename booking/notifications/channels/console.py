"""Texts on the terminal, for development, as Django's console backend does with mail."""

import sys

from customers.models import Channel


class ConsoleTexter:
    """Prints; ``texter_for`` gives it out only when DEBUG is on."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def send(self, *, to: str, text: str, key: str) -> str:
        """Write ``SMS to +263…: text`` to standard output, in one piece; the id is the key."""
        sys.stdout.write(f"{self.channel.label} to {to}: {text}\n")
        sys.stdout.flush()
        return f"console-{key}"
