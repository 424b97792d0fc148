"""One screen of text for SMS, WhatsApp and the list on the site."""

from booking.notifications.wording import Message

LONGEST = 300
"""Characters with the link: two text messages, one screen of a phone."""


def short_text(message: Message, *, link: bool = True) -> str:
    """Return what happened, what it means and, unless told otherwise, the link.

    At most 300 characters; the link is never cut, the words before it are.
    """
    said = " ".join([f"{message.subject}.", *message.sentences, message.own_words]).split()
    tail = f" {message.link}" if link else ""
    return cut(" ".join(said), LONGEST - len(tail)) + tail


def cut(text: str, length: int) -> str:
    """Return ``text``, or as many whole words as fit with a sign that it was longer."""
    if len(text) <= length:
        return text
    kept = text[: max(length - 1, 0)]
    return f"{kept.rpartition(' ')[0] or kept}…"
