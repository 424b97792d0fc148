"""Take one person out of the words that others keep: messages to businesses, and the admin's log.

A name is chosen freely and may be a word of every day, so it is looked for only in rows that are
about the person, found by their ids. An address that the person has confirmed is nobody else's: it
is blotted out wherever it stands. Links, labels and keys stay as they are.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, TypeAlias

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from booking.models import Appointment, Client, Notification, OrderEvent, Side
from booking.words import say_time
from customers.models import MessageKind, User
from providers.models import Invitation

FORMER = "Former customer"
"""Whom the business's history names."""

TYPED = frozenset({"Notes", "Reason", "Phone", "Email"})
"""What a message about a booking or an order tells of the person under these heads goes whole."""

WHO, QUOTE = "Customer", "They wrote"
"""The heads under which such a message names the person, and quotes them."""

SAID = ("subject", "headline", "own_words")
CHUNK = 500
AT_ONCE = 50
"""How many beginnings one query looks for."""

Blot: TypeAlias = Callable[[str], str]
Fact: TypeAlias = tuple[str, str]
Message: TypeAlias = dict[str, Any]


def blotter(texts: Iterable[str], *, sparing: Iterable[str] = ()) -> Blot:
    """Return what puts `FORMER` for each of ``texts``, in whatever case, standing by itself.

    ``sparing`` are longer texts in which they may stand: of a customer called Tendai the words
    ``Tendai Hair Studio`` do not speak.
    """
    wanted = {text.lower() for text in texts if text}
    spared = {text.lower() for text in sparing if text} - wanted
    found = sorted(wanted | spared, key=len, reverse=True)
    pattern = re.compile("|".join(map(_bounded, found)) or r"(?!)", re.IGNORECASE)
    return lambda text: pattern.sub(
        lambda hit: hit[0] if hit[0].lower() in spared else FORMER, text
    )


def _bounded(text: str) -> str:
    """Return a pattern for the text alone: ``ann@x.org`` stands not in ``mary.ann@x.org``."""
    before, after = (r"[\w.+%'-]", r"[\w-]|\.\w") if "@" in text else (r"\w", r"\w")
    return rf"(?<!{before}){re.escape(text)}(?!{after})"


# --- messages -------------------------------------------------------------------------------------


def naming(addresses: Collection[str], providers: Collection[int]) -> list[int]:
    """Return the messages to businesses in which one of ``addresses`` stands."""
    found = Q()
    for address in addresses:
        for column in ("title", "text", "words"):
            found |= Q(**{f"{column}__icontains": address})
    if not found:
        return []
    rows = Notification.objects.filter(provider__in=providers, side=Side.PROVIDER)
    rows = rows.alias(words=Cast("message", TextField())).filter(found).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def blot_naming(messages: Collection[int], blot: Blot) -> None:
    """Blot addresses out of what `naming` found."""
    for row in _each(Notification.objects.filter(pk__in=messages)):
        _say(row, _everywhere(row.message, blot), title=blot(row.title), text=blot(row.text))


def blot_bookings(bookings: QuerySet[Appointment], blot: Blot) -> None:
    """Take the person out of what businesses were told of ``bookings`` and of their reviews."""
    keys = bookings.order_by().values_list("pk", flat=True)
    for row in _each(_to_businesses().filter(appointment__in=list(keys))):
        _say(row, _about(row.message, blot), text=blot(row.text))


def blot_orders(events: QuerySet[OrderEvent], blot: Blot) -> None:
    """Take the person out of what businesses were told of their orders, whose subjects say who."""
    beginnings = [f"order:{key}:" for key in events.order_by("pk").values_list("pk", flat=True)]
    for row in _beginning(beginnings):
        message = _about(row.message, blot)
        head = f"{message.get('headline', '')}: "
        if "subject" in message:
            message["subject"] = _after(head, message["subject"], blot)
        _say(row, message, title=_after(head, row.title, blot), text=blot(row.text))


def blot_deeds(user: User, blot: Blot) -> None:
    """Take out the name with which colleagues were told what the person did at the business."""
    for row in _each(_to_businesses().filter(event__by=user)):
        message = row.message | _sentences(row.message, blot)
        _say(row, message, text=blot(row.text))


def blot_joining(user: User, blot: Blot) -> None:
    """Take out the address with which the person was said to have joined a business."""
    mine = Invitation.objects.filter(staff__user=user, accepted_at__isnull=False)
    keys = mine.order_by("pk").values_list("pk", flat=True)
    for row in _to_businesses().filter(dedupe__in=[f"joined:{key}" for key in keys]):
        _say(row, row.message | _sentences(row.message, blot), text=blot(row.text))


def blot_agendas(bookings: QuerySet[Appointment], names: Collection[str]) -> None:
    """Take the person's lines out of the agendas of the days on which they were to come."""
    lines: dict[tuple[int, date], set[Fact]] = {}
    for provider, day, line in _lines(bookings):
        lines.setdefault((provider, day), set()).add(line)
    providers = {provider for provider, _ in lines}
    kept = Notification.objects.filter(provider__in=providers, kind=MessageKind.DIGEST)
    wanted = {f"digest:{provider}:{day.isoformat()}": (provider, day) for provider, day in lines}
    for key, dedupe in kept.order_by("pk").values_list("pk", "dedupe"):
        about = wanted.get(dedupe.rpartition(":")[0])
        if about is not None:
            row = Notification.objects.get(pk=key)
            facts = [_agenda_fact(fact, lines[about], names) for fact in _facts(row.message)]
            _say(row, row.message | {"facts": facts})


def _lines(bookings: QuerySet[Appointment]) -> Iterator[tuple[int, date, Fact]]:
    """Yield business, day, and (times, service) under which a booking stood in an agenda."""
    found = bookings.order_by("pk").select_related("provider", "service")
    for booking in found.prefetch_related("events").iterator(chunk_size=CHUNK):
        zone, length = booking.provider.tz, timedelta(minutes=booking.duration)
        events = booking.events.all()
        moved = (at for each in events for at in (each.from_start, each.to_start) if at)
        for start in {booking.start, *moved}:
            times = f"{say_time(start, zone)}–{say_time(start + length, zone)}"
            yield booking.provider_id, start.astimezone(zone).date(), (times, str(booking.service))


def _agenda_fact(fact: Fact, lines: set[Fact], names: Collection[str]) -> Fact:
    """Put `FORMER` for the name at the beginning of the person's line, and leave all others."""
    times, said = fact
    for name in names:
        if not said.startswith(f"{name}, "):
            continue
        rest = said.removeprefix(name)
        if any(times == when or rest.startswith(f", {service}") for when, service in lines):
            return times, FORMER + rest
    return fact


def _to_businesses() -> QuerySet[Notification]:
    return Notification.objects.filter(side=Side.PROVIDER)


def _each(rows: QuerySet[Notification]) -> Iterator[Notification]:
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def _beginning(keys: list[str]) -> Iterator[Notification]:
    """Yield the messages to businesses whose ``dedupe`` begins with one of ``keys``."""
    for first in range(0, len(keys), AT_ONCE):
        begins = Q()
        for key in keys[first : first + AT_ONCE]:
            begins |= Q(dedupe__startswith=key)
        yield from _each(_to_businesses().filter(begins))


def _facts(message: Message) -> list[Fact]:
    return [(label, value) for label, value in message.get("facts", [])]


def _sentences(message: Message, blot: Blot) -> Message:
    return {"sentences": [blot(text) for text in message.get("sentences", [])]} if message else {}


def _about(message: Message, blot: Blot) -> Message:
    """Return a message about the person's own without them; when and what it was stays."""
    if not message:
        return message
    kept = [fact for fact in _facts(message) if fact[0] not in TYPED]
    facts = [(label, FORMER if label == WHO else value) for label, value in kept]
    facts = [(label, blot(value) if label == QUOTE else value) for label, value in facts]
    return message | _sentences(message, blot) | {"facts": facts}


def _everywhere(message: Message, blot: Blot) -> Message:
    """Return any message with all that it says blotted; for addresses alone."""
    said = {name: blot(message[name]) for name in SAID if name in message}
    facts = [(label, blot(value)) for label, value in _facts(message)]
    return message | said | _sentences(message, blot) | ({"facts": facts} if message else {})


def _after(head: str, text: str, blot: Blot) -> str:
    return head + blot(text.removeprefix(head)) if text.startswith(head) else text


def _say(row: Notification, message: Message, **instead: str) -> None:
    _write(row, message=json.loads(json.dumps(message)), **instead)  # pairs are lists when stored


# --- the admin's log ------------------------------------------------------------------------------


def log_of(user: User, clients: Collection[int]) -> Q:
    """Return the condition that an entry is about the account, its addresses or its clients."""
    addresses = EmailAddress.objects.filter(user=user).values_list("pk", flat=True)
    about: dict[type[Model], Iterable[int]] = {
        User: [user.pk],
        EmailAddress: addresses,
        Client: clients,
    }
    found = Q()
    for model, keys in about.items():
        kind = ContentType.objects.get_for_model(model)
        found |= Q(content_type=kind, object_id__in=[str(key) for key in keys])
    return found


def blot_log(about: Q, addresses: Collection[str]) -> None:
    """Empty the entries ``about`` the person; of all others blot confirmed addresses out."""
    for entry in LogEntry.objects.filter(about).order_by("pk").iterator(chunk_size=CHUNK):
        said = _log_words(entry.change_message, lambda _: FORMER, text="")
        _write(entry, object_repr=FORMER, change_message=said)
    found, blot = Q(), blotter(addresses)
    for address in addresses:
        found |= Q(object_repr__icontains=address) | Q(change_message__icontains=address)
    others = LogEntry.objects.filter(found) if found else LogEntry.objects.none()
    for entry in others.order_by("pk").iterator(chunk_size=CHUNK):
        said = _log_words(entry.change_message, blot, text=blot(entry.change_message))
        _write(entry, object_repr=blot(entry.object_repr), change_message=said)


def _log_words(message: str, blot: Blot, *, text: str) -> str:
    """Return what an entry says with the objects that it names blotted; ``text`` if it is prose."""
    try:
        steps = json.loads(message) if message.startswith("[") else None
    except ValueError:
        steps = None
    if not isinstance(steps, list):
        return text
    for step in steps:
        for what in step.values() if isinstance(step, dict) else ():
            if isinstance(what, dict) and "object" in what:
                what["object"] = blot(str(what["object"]))
    return json.dumps(steps)


def blot_columns(rows: QuerySet[Any], columns: tuple[str, ...], blot: Blot) -> None:
    """Blot the person out of texts of rows that are theirs; only rows that change are written."""
    for row in rows.order_by("pk").only(*columns).iterator(chunk_size=CHUNK):
        _write(row, **{column: blot(getattr(row, column)) for column in columns})


def _write(row: Model, **after: Any) -> None:
    changed = [column for column, value in after.items() if getattr(row, column) != value]
    for column in changed:
        limit = getattr(row._meta.get_field(column), "max_length", None)
        value = after[column]
        setattr(row, column, value[:limit] if isinstance(value, str) else value)
    if changed:
        row.save(update_fields=changed)
