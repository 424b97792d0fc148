"""The part that runs within Django: prepares bookings, counts queries, races in the domain.

A process of its own per database, so that the benchmark itself has no settings. It reads orders
and writes answers as lines of JSON: ``{"do": name, …}`` on standard input.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  (models need the set-up)
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.signing import get_cookie_signer  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from booking.domain.actors import Actor  # noqa: E402
from booking.domain.booking import Contact, book  # noqa: E402
from booking.domain.errors import SlotUnavailable  # noqa: E402
from booking.domain.free_time import Ask, FreeTime, load_free_time, make_ask  # noqa: E402
from booking.domain.holds import HOLD_MINUTES  # noqa: E402
from booking.domain.sessions import occupied_range  # noqa: E402
from booking.models import Appointment, Hold  # noqa: E402
from booking.views.lookup import find_service  # noqa: E402
from booking.views.shown import Shown  # noqa: E402
from booking.visitor import COOKIE, SALT, new_visitor  # noqa: E402
from customers.models import User  # noqa: E402
from project import clock  # noqa: E402
from providers.models import Provider, Service  # noqa: E402

CONTENDERS = 50
QUARTER = timedelta(minutes=15)
CUSTOMERS = 50


def ordinary(after: int) -> Iterator[Service]:
    """Yield one service of each ordinary provider with an id above ``after``, by id."""
    found = Provider.objects.listed().filter(slug__regex=r"^scale-\d", pk__gt=after).order_by("pk")
    for slug in found.values_list("slug", flat=True).iterator(chunk_size=200):
        yield find_service(slug, "standard-visit")


def next_days(ask: Ask, *, first: int, days: int) -> FreeTime:
    """Load the free time of ``days`` from ``first`` days ahead."""
    now = clock.now()
    begin = now.astimezone(ask.service.provider.tz).date() + timedelta(days=first)
    return load_free_time(ask, now=now, first=begin, last=begin + timedelta(days=days - 1))


def checkouts(*, count: int, after: int, customers: bool) -> dict[str, Any]:
    """Hold ``count`` free times, one a day for a week per provider, each for a visitor.

    Returns what a browser would send to book each, and the id of the last provider. The rows are
    written as ``take_hold`` would write them, without looking twice.
    """
    holds: list[Hold] = []
    for service in ordinary(after):
        free = next_days(make_ask(service=service), first=3, days=7)
        slots = [day.slots[len(day.slots) // 2] for day in free.days() if day.slots]
        holds += [_hold(free, slot.start) for slot in slots[: count - len(holds)]]
        after = service.provider_id
        if len(holds) == count:
            break
    Hold.objects.bulk_create(holds)
    sessions = _sessions() if customers else [""]
    return {
        "after": after,
        "forms": [
            _form(hold, session=sessions[number % len(sessions)])
            for number, hold in enumerate(holds)
        ],
    }


def _hold(free: FreeTime, start: datetime) -> Hold:
    slot = free.slot(start)
    if slot is None:
        raise LookupError("A free time is not free.")
    since, until = occupied_range(free.ask, start)
    return Hold(
        provider=free.ask.service.provider,
        service=free.ask.service,
        staff=free.choose(slot),
        anyone=True,
        start=start,
        end=slot.end,
        occupied_from=since,
        occupied_until=until,
        visitor=new_visitor(),
        expires_at=clock.now() + timedelta(minutes=HOLD_MINUTES),
    )


def _form(hold: Hold, *, session: str) -> dict[str, str]:
    service = hold.service
    cookies = {COOKIE: get_cookie_signer(salt=COOKIE + SALT).sign(hold.visitor)}
    if session:
        cookies[settings.SESSION_COOKIE_NAME] = session
    return {
        "path": reverse("booking_details", args=[service.provider.slug, service.slug, hold.token]),
        "shown": Shown.of(hold, service).sign(),
        "cookies": "; ".join(f"{name}={text}" for name, text in cookies.items()),
    }


def _sessions() -> list[str]:
    """Log some customers in and return the keys of their sessions."""
    keys = []
    found = User.objects.filter(email__startswith="scale-", phone="").order_by("pk")
    for user in found[:CUSTOMERS]:
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        keys.append(str(store.session_key))
    return keys


def rivalries(*, count: int, after: int) -> dict[str, Any]:
    """Find ``count`` providers with one person who is free twice a quarter of an hour apart.

    Returns slug, service, that person's id, both starts; and the id of the last provider.
    """
    found = []
    for service in ordinary(after):
        after = service.provider_id
        if service.staff.count() != 1:
            continue
        free = next_days(make_ask(service=service), first=3, days=7)
        slots = [slot for day in free.days() for slot in day.slots]
        starts = {slot.start for slot in slots}
        pair = next((s for s in slots if s.start + QUARTER in starts), None)
        if pair is None:
            continue
        found.append(_rivalry(service, pair.staff_ids[0], pair.start))
        if len(found) == count:
            break
    return {"after": after, "found": found}


def _rivalry(service: Service, staff: int | None, start: datetime) -> dict[str, Any]:
    return {
        "slug": service.provider.slug,
        "service": service.slug,
        "staff": staff,
        "start": start.isoformat(),
        "later": (start + QUARTER).isoformat(),
    }


def same_instant(*, count: int, after: int) -> dict[str, Any]:
    """Find ``count`` providers that are all free at one instant."""
    day = clock.now().astimezone(UTC) + timedelta(days=8)
    day += timedelta(days=day.weekday() == 6)  # noqa: PLR2004  closed on Sundays
    start = day.replace(hour=9, minute=0, second=0, microsecond=0)
    found = []
    for service in ordinary(after):
        after = service.provider_id
        slot = next_days(make_ask(service=service), first=7, days=3).slot(start)
        if slot is not None:
            found.append(_rivalry(service, slot.staff_ids[0], start))
        if len(found) == count:
            break
    return {"after": after, "found": found}


def count_queries(*, paths: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return how many queries each page takes: of ``{name: {"path": …, "headers": …}}``."""
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    counts = {}
    for name, page in paths.items():
        client.get(page["path"], headers=page["headers"])  # compiled templates, known content types
        with CaptureQueriesContext(connection) as queries:
            response = client.get(page["path"], headers=page["headers"])
        if response.status_code != 200:  # noqa: PLR2004
            raise LookupError(f"{page['path']} answers {response.status_code}.")
        counts[name] = len(queries)
    return counts


def direct_race(*, slug: str, service: str, start: str) -> dict[str, Any]:
    """Let 50 threads call ``book`` for one start; return who was booked and who refused."""
    gate = threading.Barrier(CONTENDERS)

    def contend(number: int) -> str:
        try:
            connection.ensure_connection()
            ask = make_ask(service=find_service(slug, service))
            contact = Contact(name=f"Guest {number}", phone="+263771234567")
            gate.wait(30)
            book(
                ask,
                start=datetime.fromisoformat(start),
                by=Actor.guest(),
                now=clock.now(),
                contact=contact,
            )
            return "booked"
        except SlotUnavailable:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(CONTENDERS) as pool:
        outcomes = list(pool.map(contend, range(CONTENDERS)))
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}


def verify(*, tokens: list[str]) -> dict[str, Any]:
    """Return how many of these bookings are in the database with their history and their job."""
    made = Appointment.objects.active().filter(token__in=tokens)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM booking_outboxjob j JOIN booking_appointmentevent e"
            " ON e.id = (j.payload->>'event')::bigint JOIN booking_appointment a"
            " ON a.id = e.appointment_id WHERE a.token = ANY(%s)",
            [tokens],
        )
        jobs = int(cursor.fetchone()[0])
    return {"rows": made.count(), "jobs": jobs}


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "checkouts": checkouts,
    "count_queries": count_queries,
    "direct_race": direct_race,
    "rivalries": rivalries,
    "same_instant": same_instant,
    "verify": verify,
}


def main() -> None:
    """Work off orders until the other side closes."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = ORDERS[order.pop("do")](**order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
