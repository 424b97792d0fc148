"""Ids and numbers out of text that anybody may have typed."""

import pytest

from project.numbers import parse_number


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("0", 0), ("007", 7), ("9" * 9, 10**9 - 1)])
def test_whole_numbers_are_read(text: str, number: int) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["", " 7", "-1", "1.5", "1_0", "x", "٣", "²", "\x00", "1000000000", "0" * 5000]
)
def test_anything_else_is_nothing(text: str) -> None:
    assert parse_number(text) is None
