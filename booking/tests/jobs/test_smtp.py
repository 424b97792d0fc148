"""Mail over real sockets: servers that are down, refuse, break off, and come back."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from pytest_django import Settings

from booking.jobs.handlers import HANDLERS
from booking.jobs.queue import Outcome
from booking.jobs.runner import run_due
from booking.models import OutboxJob
from booking.notifications.post import SEND_ATTEMPTS
from booking.tests.jobs import smtp_sink
from booking.tests.jobs.salon import START, Salon
from booking.tests.jobs.smtp_sink import Sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

BOTH = ["chipo@example.com", "studio@example.com"]
LATER = timedelta(hours=2)


@pytest.fixture(autouse=True)
def over_smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 2


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    with smtp_sink.running() as server:
        settings.EMAIL_PORT = server.port
        yield server


def run() -> Counter[Outcome]:
    return run_due(HANDLERS)


def errors() -> list[str]:
    return sorted(
        set(OutboxJob.objects.filter(kind="deliver").values_list("last_error", flat=True))
    )


def test_each_side_gets_one_mail(salon: Salon, sink: Sink) -> None:
    salon.book()
    assert run() == {Outcome.DONE: 3}
    assert sorted(sink.recipients) == BOTH
    for mail, recipient in zip(sink.mails, sink.recipients, strict=True):
        assert mail["To"] == recipient
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/calendar",
            "application/ics",
        ]
        text = mail.get_body(("plain",))
        assert text is not None
        assert "Tue 24 Nov, 14:30–16:00 (Harare time)" in text.get_content()


def test_booking_itself_never_speaks_to_the_mail_server(salon: Salon, sink: Sink) -> None:
    salon.book()
    assert sink.connections == 0
    assert OutboxJob.objects.count() == 1


def test_a_booking_that_was_rolled_back_sends_nothing(salon: Salon, sink: Sink) -> None:
    with transaction.atomic():
        salon.book()
        transaction.set_rollback(True)
    assert run() == {}
    assert sink.connections == 0


def test_a_server_that_was_down_gets_each_mail_once_when_it_is_back(
    salon: Salon, settings: Settings, monday: time_machine.Traveller
) -> None:
    settings.EMAIL_PORT = port = smtp_sink.closed_port()
    salon.book()
    assert run() == {Outcome.DONE: 1, Outcome.RETRY: 2}
    for _ in range(4):
        monday.shift(LATER)
        assert run() == {Outcome.RETRY: 2}
    assert errors() == ["ConnectionRefusedError (111)"]
    with smtp_sink.running(port) as sink:
        monday.shift(LATER)
        assert run() == {Outcome.DONE: 2}
        monday.shift(LATER)
        assert run() == {}
        assert sorted(sink.recipients) == BOTH


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ({"HELLO": "421 busy"}, "SMTPConnectError (421)"),
        ({"HELLO": ""}, "SMTPServerDisconnected"),
        ({"MAIL": "451 chipo@example.com later"}, "SMTPSenderRefused (451)"),
        ({"MAIL": "550 5.7.1 sender not allowed"}, "SMTPSenderRefused (550)"),
        ({"RCPT": "450 4.2.0 greylisted chipo@example.com"}, "SMTPRecipientsRefused (450)"),
        ({"RCPT": "550 5.7.1 relaying denied"}, "SMTPRecipientsRefused (550)"),
        ({"RCPT": "552 5.2.2 mailbox full"}, "SMTPRecipientsRefused (552)"),
        ({"DATA": "451 later"}, "SMTPDataError (451)"),
        ({"TEXT": "554 quota of today used up"}, "SMTPDataError (554)"),
        ({"TEXT": ""}, "SMTPServerDisconnected"),
    ],
    ids=str,
)
def test_whatever_may_pass_is_tried_again(
    salon: Salon,
    sink: Sink,
    monday: time_machine.Traveller,
    replies: dict[str, str],
    error: str,
) -> None:
    sink.replies = replies
    salon.book()
    assert run() == {Outcome.DONE: 1, Outcome.RETRY: 2}
    assert errors() == [error]
    sink.replies, sink.taken = {}, []
    monday.shift(LATER)
    assert run() == {Outcome.DONE: 2}
    assert sorted(sink.recipients) == BOTH
    assert len({mail["Message-ID"] for mail in sink.mails}) == 2


@pytest.mark.parametrize("reply", ["550 no such user", "550 5.1.1 <chipo@example.com> unknown"])
def test_an_address_that_does_not_exist_is_given_up_at_once(
    salon: Salon, sink: Sink, reply: str
) -> None:
    sink.replies = {"RCPT": reply}
    salon.book()
    assert run() == {Outcome.DONE: 1, Outcome.FAILED: 2}
    assert errors() == ["address refused (550)"]


def test_a_repeat_after_a_lost_answer_is_recognisable(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    sink.replies = {"TEXT": ""}
    salon.book()
    assert run() == {Outcome.DONE: 1, Outcome.RETRY: 2}
    sink.replies = {}
    monday.shift(LATER)
    assert run() == {Outcome.DONE: 2}
    copies = Counter(mail["Message-ID"] for mail in sink.mails)
    assert sorted(copies.values()) == [2, 2]


@pytest.mark.parametrize("reply", ["", "221 " + "bye " * 3_000], ids=["none", "endless"])
def test_trouble_after_the_mail_was_taken_does_not_send_it_again(
    salon: Salon, sink: Sink, reply: str
) -> None:
    sink.replies = {"QUIT": reply}
    salon.book()
    assert run() == {Outcome.DONE: 3}
    assert sorted(sink.recipients) == BOTH


def test_one_sides_trouble_does_not_repeat_the_others_mail(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    salon.provider.email = "one@example.com, two@example.com"
    salon.provider.save()
    salon.book()
    assert run() == {Outcome.DONE: 2, Outcome.FAILED: 1}
    assert errors() == ["", "address cannot be written"]
    monday.shift(LATER)
    assert run() == {}
    assert sink.recipients == ["chipo@example.com"]


def test_a_server_that_stays_away_ends_in_a_final_failure(
    salon: Salon, settings: Settings, monday: time_machine.Traveller
) -> None:
    settings.EMAIL_PORT = smtp_sink.closed_port()
    salon.book()
    for _ in range(SEND_ATTEMPTS):
        run()
        monday.shift(LATER)
    jobs = OutboxJob.objects.filter(kind="deliver", failed_at__isnull=False)
    assert [job.attempts for job in jobs] == [SEND_ATTEMPTS] * 2
    assert run() == {}


def test_neither_rows_nor_logs_name_anybody(
    salon: Salon, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    sink.replies = {"RCPT": "450 chipo@example.com Chipo Moyo is not here"}
    salon.book(start=START)
    with caplog.at_level(logging.DEBUG):
        run()
    rows = str(list(OutboxJob.objects.values()))
    for personal in ("chipo", "Chipo", "Moyo", "studio@", "alice", "+263"):
        assert personal not in rows
        assert personal not in caplog.text
