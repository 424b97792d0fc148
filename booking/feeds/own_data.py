"""Everything that we have of one person, for that person: a ZIP of JSON and of CSV.

Each part is there twice, for programs and for spreadsheets, with the same columns. Rows are read,
and written into the archive, a few hundred at a time, so that years of history need no memory.

What is in it is what the person gave or was told, and what happened to it. What a business writes
down for itself about its clients is not, and neither is a slot that is held for some minutes: that
belongs to a browser, not to an account.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import IO, Any, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile

from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from booking.domain.claiming import claimable
from booking.models import (
    Appointment,
    AppointmentEvent,
    Client,
    Notification,
    Order,
    OrderEvent,
    OrderItem,
    Review,
    ReviewReport,
    Side,
)
from customers.domain.preferences import digest
from customers.models import MessagePreference, OptOut, User
from project.csv import Cell, csv_lines
from project.pictures import file_of, kind_of
from providers.models import Favourite, Provider, Staff

Value: TypeAlias = "Cell | list[Any]"
Row: TypeAlias = Sequence[Value]

KEPT_IN_MEMORY = 2**20
"""Bytes of the archive; what is larger waits in a temporary file."""

CHUNK = 500

README = """Your data on Nguva
==================

Each part is there twice: .json for programs, .csv for spreadsheets (UTF-8, comma).
Times are in UTC. In the .csv files an apostrophe stands before texts that a
spreadsheet would otherwise take for a formula, phone numbers among them.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One table: the name of its files, its columns, and how its rows are found."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[User], Iterable[Row]]


def write_own_data(user: User) -> IO[bytes]:
    """Return the archive as an open file at its beginning; whoever gets it closes it."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115 - handed on
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        for part in PARTS:
            _write(archive, f"{part.name}.json", json_lines(part.columns, part.rows(user)))
            cells = ([_cell(value) for value in row] for row in part.rows(user))
            _write(archive, f"{part.name}.csv", csv_lines(part.columns, cells))
        _write_picture(archive, user.picture)
    file.seek(0)
    return file


def json_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a JSON array of objects, an object a line; rows are asked for one at a time."""
    yield b"["
    before = "\n"
    for row in rows:
        found = dict(zip(columns, row, strict=True))
        yield (before + json.dumps(found, ensure_ascii=False, default=_plain)).encode()
        before = ",\n"
    yield b"\n]\n"


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):  # and datetime, which is one
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _cell(value: Value) -> Cell:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _write(archive: ZipFile, name: str, lines: Iterable[bytes]) -> None:
    with archive.open(name, "w", force_zip64=True) as entry:
        for line in lines:
            entry.write(line)


def _write_picture(archive: ZipFile, picture: str) -> None:
    """Add the largest size of the picture; one whose file is gone is left out."""
    if not picture:
        return
    try:
        with default_storage.open(file_of(picture, max(kind_of(picture).widths))) as stored:
            archive.writestr("picture.webp", stored.read())
    except FileNotFoundError:
        return


# --- what there is --------------------------------------------------------------------------------


def _read(rows: QuerySet[Any], *columns: str) -> Iterator[Row]:
    """Yield the columns of the rows in the order of their keys."""
    return iter(rows.order_by("pk").values_list(*columns).iterator(chunk_size=CHUNK))


def _profile(user: User) -> Iterator[Row]:
    columns = ("email", "name", "phone", "country", "timezone", "language", "reminder_leads")
    more = ("date_joined", "last_login", "closing_at")
    return _read(User.objects.filter(pk=user.pk), *columns, *more)


def _addresses(user: User) -> Iterator[Row]:
    return _read(EmailAddress.objects.filter(user=user), "email", "primary", "verified")


def _bookings(user: User) -> tuple[QuerySet[Appointment], QuerySet[Appointment]]:
    """Return those of the account, and those made as a guest with a confirmed address of it."""
    return Appointment.objects.for_customer(user), claimable(user)


def _appointments(user: User) -> Iterator[Row]:
    what = ("reference", "provider__name", "service__name", "staff__name", "start", "end")
    how = ("status", "party_size", "price", "currency", "notes", "source", "attending_at")
    who = ("guest_name", "guest_email", "guest_phone", "created_at")
    return chain.from_iterable(_read(rows, *what, *how, *who) for rows in _bookings(user))


def _appointment_history(user: User) -> Iterator[Row]:
    what = ("appointment__reference", "created_at", "action", "actor", "from_status", "to_status")
    more = ("from_start", "to_start", "reason")
    for rows in _bookings(user):
        keys = rows.order_by().values("pk")
        yield from _read(AppointmentEvent.objects.filter(appointment__in=keys), *what, *more)


def _reviews(user: User) -> Iterator[Row]:
    what = ("appointment__reference", "provider__name", "rating", "text", "created_at", "edited_at")
    more = ("reply", "replied_at", "hidden_at", "hidden_because")
    return _read(Review.objects.filter(author=user), *what, *more)


def _reports(user: User) -> Iterator[Row]:
    mine = ReviewReport.objects.filter(by=user)
    return _read(mine, "review__provider__name", "reason", "created_at", "settled_at")


def _orders(user: User) -> Iterator[Row]:
    what = ("reference", "provider__name", "appointment__reference", "status", "total", "currency")
    more = ("customer_name", "notes", "created_at")
    return _read(Order.objects.for_customer(user), *what, *more)


def _order_items(user: User) -> Iterator[Row]:
    mine = OrderItem.objects.filter(order__customer=user)
    return _read(mine, "order__reference", "name", "quantity", "price", "order__currency")


def _order_history(user: User) -> Iterator[Row]:
    mine = OrderEvent.objects.filter(order__customer=user)
    what = ("order__reference", "created_at", "actor", "from_status", "to_status", "reason")
    return _read(mine, *what)


def _favourites(user: User) -> Iterator[Row]:
    return _read(Favourite.objects.filter(user=user), "provider__name", "created_at")


def _notifications(user: User) -> Iterator[Row]:
    """Return what was said to them as a customer: the rest tells of a business's customers."""
    mine = Notification.objects.filter(recipient=user, side=Side.CUSTOMER)
    return _read(mine, "created_at", "kind", "provider__name", "title", "text", "read_at")


def _preferences(user: User) -> Iterator[Row]:
    return _read(MessagePreference.objects.filter(user=user), "kind", "channel", "wanted")


def _stopped(user: User) -> Iterator[Row]:
    """Return what was stopped as a guest, by an address that the account has confirmed."""
    mine = EmailAddress.objects.filter(user=user, verified=True).order_by("pk")
    known = [digest(address) for address in mine.values_list("email", flat=True)]
    return _read(OptOut.objects.filter(digest__in=known), "kind", "created_at")


def _known_to(user: User) -> Iterator[Row]:
    """Return which businesses know the account, with what it gave them itself.

    A business may have merged somebody else into the same client; what it learned from there, as
    what it writes down for itself, is not the account's to see.
    """
    known = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    given = {each.lower() for each in (user.name, user.email, user.phone, *known) if each}
    mine = Client.objects.filter(user=user)
    for business, *contact, since in _read(
        mine, "provider__name", "name", "email", "phone", "created_at"
    ):
        shown = [each if str(each).lower() in given else "" for each in contact]
        yield (business, *shown, since)


def _businesses(user: User) -> Iterator[Row]:
    owned = Provider.objects.filter(owner=user)
    for row in _read(owned, "name", "slug"):
        yield (*row, "owner", "")
    works = Staff.objects.filter(user=user)
    yield from _read(works, "provider__name", "provider__slug", "role", "name")


PARTS = (
    Part(
        "profile",
        (
            *("email", "name", "phone", "country", "timezone", "language", "reminder_minutes"),
            *("joined", "last_login", "account_ends"),
        ),
        _profile,
    ),
    Part("email_addresses", ("email", "main", "confirmed"), _addresses),
    Part(
        "appointments",
        (
            *("reference", "business", "service", "with", "start", "end", "status", "people"),
            *("price", "currency", "notes", "source", "said_will_come", "name", "email", "phone"),
            "booked",
        ),
        _appointments,
    ),
    Part(
        "appointment_history",
        (
            *("appointment", "time", "action", "by", "from_status", "to_status"),
            *("from_start", "to_start", "reason"),
        ),
        _appointment_history,
    ),
    Part(
        "reviews",
        (
            *("appointment", "business", "stars", "text", "written", "edited"),
            *("reply", "replied", "hidden", "hidden_because"),
        ),
        _reviews,
    ),
    Part("reports_of_reviews", ("business", "reason", "time", "settled"), _reports),
    Part(
        "orders",
        (
            *("reference", "business", "appointment", "status", "total", "currency"),
            *("name", "notes", "placed"),
        ),
        _orders,
    ),
    Part("order_items", ("order", "product", "quantity", "price", "currency"), _order_items),
    Part(
        "order_history",
        ("order", "time", "by", "from_status", "to_status", "reason"),
        _order_history,
    ),
    Part("favourites", ("business", "since"), _favourites),
    Part("messages", ("time", "kind", "business", "title", "text", "read"), _notifications),
    Part("message_choices", ("kind", "channel", "wanted"), _preferences),
    Part("messages_stopped_as_guest", ("kind", "since"), _stopped),
    Part("known_to_businesses", ("business", "name", "email", "phone", "since"), _known_to),
    Part("own_businesses", ("business", "slug", "role", "name_there"), _businesses),
)
"""All that there is, in the order of the archive."""
