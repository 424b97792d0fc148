"""CSV that spreadsheets open as it is meant: in any script, and with no cell that they would run.

A spreadsheet takes a cell for a formula when it begins with ``=``, ``+``, ``-`` or ``@``, so
whoever chooses a name or a note could have it compute, or send away, on the machine of whoever
opens the file. Such a text gets an apostrophe in front. That goes for phone numbers as well:
``'+263771234567`` stays readable, while bare it would be shown as ``2.63771E+11``. Numbers
(``int``, ``Decimal``) are written as they are: nobody chooses the sign of a price.

Files begin with a byte order mark, without which spreadsheets take UTF-8 for the local code page.
Where their separator is ``;`` or a tab they cut cells at those, and at line breaks, so a sign
behind one gets its apostrophe too. ``plain_cell`` takes all of them out again: nothing is lost.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from django.http import StreamingHttpResponse

Cell: TypeAlias = "str | int | bool | Decimal | date | datetime | None"

BYTE_ORDER_MARK = "\ufeff"

# The wide forms of the signs are formulas in spreadsheets set to East Asian languages.
_START = r"(^|[;\t\r\n])(\s*)"
_SIGN = r"('*[=+\-@＝＋－＠])"  # noqa: RUF001 - those very signs
_UNSAFE, _SAFE = re.compile(_START + _SIGN), re.compile(f"{_START}'{_SIGN}")
_BLANK = r"('*[\t\r\n])"
_UNSAFE_BLANK, _SAFE_BLANK = re.compile(rf"\A{_BLANK}"), re.compile(rf"\A'{_BLANK}")


def safe_cell(value: Cell) -> str:
    """Return ``value`` as the text of one cell, with an apostrophe where it could be a formula.

    Instants are told as ISO 8601 with their offset, nothing as an empty cell, and what is true or
    false as ``yes`` or ``no``.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):  # and datetime, which is one
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return str(value)
    text = str(value).replace("\0", "")
    return _UNSAFE_BLANK.sub(r"'\1", _UNSAFE.sub(r"\1\2'\3", text))


def plain_cell(text: str) -> str:
    """Return the text that ``safe_cell`` was given."""
    return _SAFE.sub(r"\1\2\3", _SAFE_BLANK.sub(r"\1", text))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a whole file line by line, in UTF-8 with its mark; rows are asked for one at a time."""
    writer = csv.writer(_Passing())
    yield BYTE_ORDER_MARK.encode() + _line(writer.writerow(header))
    for row in rows:
        yield _line(writer.writerow([safe_cell(value) for value in row]))


def csv_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> StreamingHttpResponse:
    """Answer with the file as a download called ``name``, of which no more than a line is held."""
    response = StreamingHttpResponse(
        csv_lines(header, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Passing:
    """What the csv module writes to: it hands each line back in place of keeping it."""

    def write(self, line: str) -> str:
        return line


def _line(written: object) -> bytes:
    return str(written).encode()
