"""The words for SMS and WhatsApp fit one screen and always lead somewhere."""

import json

import pytest

from booking.notifications.short import cut, short_text
from booking.notifications.wording import Message

LINK = "https://book.example.com/a/token/"


def message(subject: str = "Moved", *sentences: str, own_words: str = "") -> Message:
    return Message(subject, "Headline", list(sentences), [], LINK, "See", own_words=own_words)


def test_says_what_happened_what_it_means_and_where() -> None:
    said = short_text(message("Moved: Braids", "You moved it.", own_words="Bring a\nhat."))
    assert said == f"Moved: Braids. You moved it. Bring a hat. {LINK}"


def test_without_the_link_where_a_link_is_shown_anyway() -> None:
    assert short_text(message("Moved", "You moved it."), link=False) == "Moved. You moved it."


@pytest.mark.parametrize("length", [1, 250, 280, 300, 1000])
def test_never_longer_than_a_screen_and_the_link_whole(length: int) -> None:
    said = short_text(message("word " * (length // 5) + "end"))
    assert len(said) <= 300
    assert said.endswith(f" {LINK}")


def test_cuts_at_a_word() -> None:
    assert cut("one two three", 9) == "one two…"
    assert cut("one two three", 13) == "one two three"
    assert cut("onetwothree", 5) == "onet…"


def test_a_message_comes_back_from_json_as_it_was() -> None:
    made = Message("S", "H", ["a", "b"], [("When", "now")], LINK, "See", "own", [(LINK, "No")])
    assert Message.from_json(json.loads(json.dumps(made.as_json()))) == made
