"""Thousands of reminders while workers die: each arrives, none again once its success is recorded.

Two workers on PostgreSQL and one on SQLite; one of them is killed (SIGKILL) a second after each of
its start-ups. Mail goes over real sockets to a server that notes when it took which Message-ID.

A short form runs with all tests. The full one: ``NGUVA_SOAK=full pytest -m soak``; see
docs/reminders.md.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from booking.models import Delivery, Notification, OutboxJob
from booking.notifications.channels.email import message_id
from booking.notifications.deliver import key_of
from booking.tests.jobs import smtp_sink
from booking.tests.jobs.smtp_sink import Sink
from booking.tests.soak.crowd import bookings
from booking.tests.soak.killing import Crew
from customers.models import Channel, MessageKind
from project import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.soak]

FULL = os.environ.get("NGUVA_SOAK") == "full"
COUNT = 2_000 if FULL else 200
PATIENCE = 900 if FULL else 180  # seconds

Arrival = tuple[str, datetime]


class Taken(list[tuple[str, bytes]]):
    """The mails that a sink took, by Message-ID with the instant."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []

    def append(self, mail: tuple[str, bytes], /) -> None:
        [found] = re.findall(rb"^Message-ID: (\S+)", mail[1], re.MULTILINE)
        self.arrivals.append((found.decode(), datetime.now(UTC)))
        super().append(mail)


@pytest.fixture
def sink() -> Iterator[Sink]:
    cache.clear()
    with smtp_sink.running() as server:
        server.taken = Taken()
        yield server


def late_copies(arrivals: Sequence[Arrival], sent: Mapping[str, datetime]) -> list[str]:
    """The mails that came again after their success was recorded."""
    return [name for name, instant in arrivals if name in sent and instant > sent[name]]


def mails() -> dict[str, Delivery]:
    """What was to leave by email, by Message-ID."""
    found = Delivery.objects.filter(channel=Channel.EMAIL, notification__kind=MessageKind.REMINDERS)
    return {message_id(key_of(delivery)): delivery for delivery in found}


def all_done() -> bool:
    """Whether all have left and no worker has anything more to do."""
    sent = Delivery.objects.filter(channel=Channel.EMAIL, status=Delivery.Status.SENT)
    return sent.count() >= COUNT and not OutboxJob.objects.open().exists()


def test_each_reminder_arrives_and_none_again_after_its_success(
    sink: Sink, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = bookings(COUNT, now=clock.now())
    steady = 1 if connection.vendor == "postgresql" else 0
    crew = Crew(tmp_path, sink.port, steady=steady)
    begun = clock.now()
    seconds = crew.run_until(all_done, within=PATIENCE)

    assert isinstance(sink.taken, Taken)
    arrivals, expected = sink.taken.arrivals, mails()
    assert {delivery.status for delivery in expected.values()} == {Delivery.Status.SENT}
    assert {name for name, _ in arrivals} == set(expected)
    told = Notification.objects.filter(kind=MessageKind.REMINDERS).values_list("appointment")
    assert Counter(told) == Counter((one.pk,) for one in made)
    sent = {name: delivery.sent_at for name, delivery in expected.items() if delivery.sent_at}
    assert len(sent) == COUNT
    assert late_copies(arrivals, sent) == []
    assert not OutboxJob.objects.filter(failed_at__isnull=False).exists()
    assert crew.kills >= 2

    line = request.config.get_terminal_writer().line
    line(f"\n{connection.vendor}: {report(arrivals, begun=begun, seconds=seconds, crew=crew)}")


def report(arrivals: Sequence[Arrival], *, begun: datetime, seconds: float, crew: Crew) -> str:
    """What came of it, in figures; the rest after 95% waits for leases of the dead to end."""
    copies = Counter(name for name, _ in arrivals)
    instants = sorted(instant for _, instant in arrivals)
    bulk = (instants[int(len(instants) * 0.95)] - begun) / timedelta(seconds=1)
    again = OutboxJob.objects.filter(attempts__gt=1).count()
    return (
        f"{len(copies)} reminders in {seconds:.0f} s, 95% of them within {bulk:.0f} s"
        f" ({0.95 * len(instants) / bulk:.0f}/s, start-up included);"
        f" {crew.kills} kills, {again} jobs begun again,"
        f" {len(arrivals) - len(copies)} mails taken twice"
    )


def test_a_copy_after_the_success_would_be_noticed() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    second = timedelta(seconds=1)
    arrivals = defaultdict(list, a=[noon], b=[noon - second, noon], c=[noon, noon + second])
    flat = [(name, instant) for name, instants in arrivals.items() for instant in instants]
    assert late_copies(flat, dict.fromkeys("abc", noon)) == ["c"]
