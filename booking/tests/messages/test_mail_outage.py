"""The mail server is away for a while: bookings do not notice, and the mails arrive afterwards."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from booking.jobs.handlers import HANDLERS
from booking.jobs.queue import Outcome
from booking.jobs.runner import run_due
from booking.models import Delivery, OutboxJob
from booking.notifications.channels.mail_connection import MAILS_AT_MOST, kept_open
from booking.tests.jobs import smtp_sink
from booking.tests.jobs.salon import DAY, NOW, START, Salon
from booking.tests.jobs.smtp_sink import Sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

LATER = timedelta(hours=2)


@pytest.fixture(autouse=True)
def over_smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 1


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    with smtp_sink.running() as server:
        settings.EMAIL_PORT = server.port
        yield server


@contextmanager
def silent_server() -> Iterator[tuple[int, socket.socket]]:
    """A port that takes connections and never says a word: the slowest way to be down."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        server.settimeout(0)
        yield server.getsockname()[1], server


def callers(server: socket.socket) -> int:
    """How many connections were made since the last time."""
    found = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return found
        found += 1


def statements(salon: Salon, number: int) -> Counter[str]:
    """What one booking asks of the database, by the kind of statement."""
    with CaptureQueriesContext(connection) as context:
        salon.book(start=START + number * DAY)
    return Counter(query["sql"].split()[0] for query in context.captured_queries)


def test_a_booking_does_the_same_whether_the_server_is_there_or_not(
    salon: Salon, sink: Sink, settings: Settings
) -> None:
    salon.book(start=START + 10 * DAY)
    healthy = statements(salon, 0)
    with silent_server() as (port, server):
        settings.EMAIL_PORT = port
        for number in range(1, 6):
            assert statements(salon, number) == healthy
        assert callers(server) == 0
    assert sink.connections == 0
    assert OutboxJob.objects.count() == 7


def test_they_all_arrive_once_when_it_is_back(
    salon: Salon, settings: Settings, monday: time_machine.Traveller
) -> None:
    with silent_server() as (port, server):
        settings.EMAIL_PORT = port
        for number in range(2):
            salon.book(start=START + number * DAY)
        assert run_due(HANDLERS) == {Outcome.DONE: 2, Outcome.RETRY: 4}
        assert callers(server) == 4
    salon.book(start=START + 2 * DAY)  # goes on meanwhile
    queued = Delivery.objects.filter(channel="email", status="queued")
    assert set(queued.values_list("error", flat=True)) == {"SMTPServerDisconnected"}
    with smtp_sink.running(port) as sink:
        monday.shift(LATER)
        assert run_due(HANDLERS) == {Outcome.DONE: 7}
        monday.shift(LATER)
        assert run_due(HANDLERS) == {}
        assert Counter(sink.recipients) == {"chipo@example.com": 3, "studio@example.com": 3}
    assert not queued.exists()


def test_a_server_that_never_answers_holds_up_one_mail_and_not_all(
    salon: Salon, settings: Settings, monday: time_machine.Traveller
) -> None:
    book(salon, 3)
    with silent_server() as (port, server):
        settings.EMAIL_PORT = port
        with kept_open():
            assert run_due(HANDLERS) == {Outcome.DONE: 3, Outcome.RETRY: 6}
        assert callers(server) == 1
    errors = Delivery.objects.filter(channel="email").values_list("error", flat=True)
    assert Counter(errors) == {"SMTPServerDisconnected": 1, "no connection": 5}
    with smtp_sink.running(port) as sink, kept_open():
        monday.shift(LATER)
        assert run_due(HANDLERS) == {Outcome.DONE: 6}
        assert len(sink.taken) == 6


# --- one connection for many mails --------------------------------------------------------------


def book(salon: Salon, count: int) -> None:
    for number in range(count):
        salon.book(start=START + number * DAY)


def test_mails_that_are_due_together_share_a_connection(salon: Salon, sink: Sink) -> None:
    book(salon, 3)
    with kept_open():
        run_due(HANDLERS)
    assert (len(sink.taken), sink.connections) == (6, 1)


def test_without_asking_each_mail_has_its_own(salon: Salon, sink: Sink) -> None:
    book(salon, 1)
    run_due(HANDLERS)
    assert (len(sink.taken), sink.connections) == (2, 2)


def test_it_is_closed_when_there_is_nothing_left_to_send(salon: Salon, sink: Sink) -> None:
    for number in range(2):
        salon.book(start=START + number * DAY)
        with kept_open():
            run_due(HANDLERS)
    assert (len(sink.taken), sink.connections) == (4, 2)


def test_it_is_given_up_after_a_number_of_mails(
    salon: Salon, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAILS_AT_MOST >= 100
    monkeypatch.setattr("booking.notifications.channels.mail_connection.MAILS_AT_MOST", 4)
    book(salon, 3)
    with kept_open():
        run_due(HANDLERS)
    assert (len(sink.taken), sink.connections) == (6, 2)


def test_one_mail_that_is_refused_does_not_spoil_the_others(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    salon.provider.email = "nobody@example.com"
    salon.provider.save()
    book(salon, 2)
    sink.refused = {"nobody@example.com"}
    with kept_open():
        assert run_due(HANDLERS) == {Outcome.DONE: 4, Outcome.FAILED: 2}
    assert sink.recipients == ["chipo@example.com"] * 2


def test_a_line_that_fell_silent_is_no_failed_mail(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    with kept_open():
        salon.book(now=NOW)
        run_due(HANDLERS)
        sink.hang_up()
        salon.book(start=START + DAY)
        assert run_due(HANDLERS) == {Outcome.DONE: 3}
    assert (len(sink.taken), sink.connections) == (4, 2)


def test_a_connection_that_breaks_is_made_anew_for_the_next_mail(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    salon.book()
    with kept_open():
        sink.replies = {"DATA": "421 too much"}
        assert run_due(HANDLERS) == {Outcome.DONE: 1, Outcome.RETRY: 2}
        sink.replies = {}
        monday.shift(LATER)
        assert run_due(HANDLERS) == {Outcome.DONE: 2}
    assert (len(sink.taken), sink.connections) == (2, 3)
