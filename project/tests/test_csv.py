"""CSV: nothing in it becomes a formula, and nothing is lost on the way."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import StreamingHttpResponse
from hypothesis import given
from hypothesis import strategies as st

from project.csv import BYTE_ORDER_MARK, Cell, csv_lines, csv_response, plain_cell, safe_cell

SIGNS = "=+-@＝＋－＠"  # noqa: RUF001 - the wide ones are formulas too
NAMES = ["Rudo Moyo", "Нина Петрова", "李小龍", "علي بن محمد", "Zoë Ñandú", "ቴዎድሮስ", "👩🏾‍🦱 Chipo"]


def read(content: bytes) -> list[list[str]]:
    """The rows as a program reads them that knows UTF-8 with a mark, without the header."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]


@pytest.mark.parametrize("sign", [*SIGNS, "\t", "\r", "\n"])
def test_no_cell_begins_as_a_formula(sign: str) -> None:
    assert safe_cell(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("  =1+1", "  '=1+1"),
        ("\u00a0@x", "\u00a0'@x"),
        ("\t=1", "'\t'=1"),
        ("Moyo;=1+1", "Moyo;'=1+1"),
        ("Moyo\n-1", "Moyo\n'-1"),
        ("'=1", "''=1"),
    ],
)
def test_neither_behind_white_space_nor_where_another_separator_cuts(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@pytest.mark.parametrize(
    "text", ["Anne-Marie", "a=b", "rudo@example.com", "it's", "1+1", "", *NAMES]
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_phone_numbers_stay_readable() -> None:
    assert safe_cell("+263771234567") == "'+263771234567"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-5, "-5"),
        (Decimal("-12.50"), "-12.50"),
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 10, tzinfo=UTC), "2026-11-24T10:00:00+00:00"),
    ],
)
def test_what_is_not_text(value: Cell, cell: str) -> None:
    assert safe_cell(value) == cell


CUT = st.text(st.sampled_from(f"ab \t\r\n;,'\"{SIGNS}\u00a0"), max_size=12)


@given(CUT | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_survives_the_round_trip(text: str) -> None:
    [[cell, _]] = read(b"".join(csv_lines(["a", "b"], [[text, 1]])))
    assert plain_cell(cell) == text


@given(CUT)
def test_no_part_of_any_text_begins_as_a_formula_whatever_separates(text: str) -> None:
    cell = safe_cell(text)
    for separator in ";\t\r\n":
        assert not [part for part in cell.split(separator) if part.strip()[:1] in set(SIGNS)]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_script_survive(name: str) -> None:
    content = b"".join(csv_lines(["name"], [[name]]))
    assert content.startswith("\ufeff".encode())
    assert read(content) == [[name]]


def test_rows_are_asked_for_as_they_are_sent() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[Cell]]:
        for number in range(3):
            asked.append(number)
            yield [number]

    lines = csv_lines(["number"], rows())
    assert next(lines).decode() == f"{BYTE_ORDER_MARK}number\r\n"
    assert asked == []
    assert next(lines) == b"0\r\n"
    assert asked == [0]


def test_a_download() -> None:
    response = csv_response("takings.csv", ["name"], [["=1"]])
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response) == "\ufeffname\r\n'=1\r\n".encode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="takings.csv"'
    assert response["Cache-Control"] == "private, no-store"
