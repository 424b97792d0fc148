"""Texts kept in a list, for tests, as Django's locmem backend does with mail."""

from dataclasses import dataclass

from customers.models import Channel


@dataclass(frozen=True, slots=True)
class Text:
    """One text that was handed over."""

    channel: Channel
    to: str
    text: str
    key: str


outbox: list[Text] = []
"""All texts of this process, oldest first; a test clears it."""


class MemoryTexter:
    """Keeps; chosen by the settings of tests only, the environment cannot ask for it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def send(self, *, to: str, text: str, key: str) -> str:
        """Keep the text; the id is the key."""
        outbox.append(Text(self.channel, to, text, key))
        return f"memory-{key}"
