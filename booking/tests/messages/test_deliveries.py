"""What the log says of each delivery, from its first attempt to the last, and sending again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from booking.domain.actors import Actor
from booking.domain.booking import Contact
from booking.jobs import queue
from booking.jobs.handlers import HANDLERS
from booking.jobs.queue import LEASE, Outcome
from booking.jobs.runner import Watched, run_due, run_next
from booking.models import Appointment, Delivery, Notification, OutboxJob
from booking.notifications.channels import texting
from booking.notifications.channels.memory import Text
from booking.notifications.post import SEND_ATTEMPTS, SentTooOften, resend
from booking.tests.jobs import smtp_sink
from booking.tests.jobs.salon import NOW, Salon
from booking.tests.jobs.salon import deliver as run_jobs
from booking.tests.jobs.smtp_sink import Sink
from customers.domain.preferences import digest, opt_out_digest, set_preference
from customers.models import Channel, MessageKind
from project import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

LATER = timedelta(hours=2)
PERSONAL = ("chipo", "Chipo", "studio@", "alice", "+263", "@example")


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 2
    with smtp_sink.running() as server:
        settings.EMAIL_PORT = server.port
        yield server


def customers() -> Delivery:
    return Delivery.objects.get(notification__side="customer")


def seen(delivery: Delivery) -> tuple[str, int, str]:
    delivery.refresh_from_db()
    return delivery.status, delivery.attempts, delivery.error


def test_on_its_way_then_sent(salon: Salon, sink: Sink, monday: time_machine.Traveller) -> None:
    salon.book()
    run_next(HANDLERS)
    assert seen(customers()) == ("queued", 0, "")
    monday.shift(LATER)
    run_due(HANDLERS)
    assert seen(customers()) == ("sent", 1, "")
    assert customers().sent_at == NOW + LATER


def test_trouble_is_kept_and_gone_after_a_success(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    sink.replies = {"RCPT": "450 4.2.0 greylisted chipo@example.com"}
    salon.book()
    run_due(HANDLERS)
    assert seen(customers()) == ("queued", 1, "SMTPRecipientsRefused (450)")
    sink.replies = {}
    monday.shift(LATER)
    run_due(HANDLERS)
    assert seen(customers()) == ("sent", 2, "")


def test_an_address_that_does_not_exist_is_final(salon: Salon, sink: Sink) -> None:
    sink.replies = {"RCPT": "550 5.1.1 <chipo@example.com> unknown"}
    salon.book()
    run_due(HANDLERS)
    assert seen(customers()) == ("failed", 1, "address refused (550)")


def test_after_the_last_attempt_it_failed(
    salon: Salon, settings: Settings, sink: Sink, monday: time_machine.Traveller
) -> None:
    settings.EMAIL_PORT = smtp_sink.closed_port()
    salon.book()
    for attempt in range(1, SEND_ATTEMPTS + 1):
        run_due(HANDLERS)
        status = "failed" if attempt == SEND_ATTEMPTS else "queued"
        assert seen(customers()) == (status, attempt, "ConnectionRefusedError (111)")
        monday.shift(LATER)


def test_workers_that_die_in_each_attempt_end_in_a_failure_too(salon: Salon) -> None:
    salon.book()
    run_next(HANDLERS)
    OutboxJob.objects.filter(kind="deliver").update(max_attempts=2)
    for attempt in range(2):
        for _ in range(2):
            assert queue.claim(now=NOW + attempt * LEASE) is not None
    with time_machine.travel(NOW + 2 * LEASE, tick=False):
        assert run_due(HANDLERS) == {}
    assert seen(customers()) == ("failed", 0, "worker lost")


def test_an_error_of_our_own_is_kept_by_its_place(
    salon: Salon, monkeypatch: pytest.MonkeyPatch, monday: time_machine.Traveller
) -> None:
    def broken(**given: object) -> str:
        raise ValueError("chipo@example.com")

    monkeypatch.setattr("booking.notifications.channels.email.send", lambda *_a, **_k: broken())
    salon.book()
    OutboxJob.objects.update(max_attempts=1)
    run_next(HANDLERS)
    OutboxJob.objects.filter(kind="deliver").update(max_attempts=1)
    run_due(HANDLERS)
    status, attempts, error = seen(customers())
    assert (status, attempts) == ("failed", 1)
    assert error.startswith("ValueError at booking/")


def test_a_failed_one_is_sent_when_its_job_is_run_again(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    sink.replies = {"RCPT": "550 no such user"}
    salon.book()
    run_due(HANDLERS)
    sink.replies = {}
    OutboxJob.objects.update(failed_at=None, attempts=0)
    run_due(HANDLERS)
    assert seen(customers()) == ("sent", 2, "")


def test_what_was_sent_is_not_sent_again_by_a_late_worker(salon: Salon, sink: Sink) -> None:
    salon.book()
    run_due(HANDLERS)
    OutboxJob.objects.update(done_at=None)
    run_due(HANDLERS)
    assert len(sink.taken) == 2
    assert seen(customers()) == ("sent", 1, "")


def test_a_repeat_after_a_lost_answer_has_the_same_id(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    sink.replies = {"TEXT": ""}
    salon.book()
    run_due(HANDLERS)
    sink.replies = {}
    monday.shift(LATER)
    run_due(HANDLERS)
    names = [mail["Message-ID"] for mail in sink.mails]
    assert (len(names), len(set(names))) == (4, 2)


def test_a_carrier_that_names_a_time_is_asked_no_sooner(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Busy:
        def send(self, **given: str) -> str:
            raise texting.TextFailed("busy (429)", retry_after=7200)

    monkeypatch.setattr(texting, "texter_for", lambda _channel: Busy())
    salon.book(contact=Contact(name="Chipo Moyo", phone="+263771234567"))
    run_due(HANDLERS)
    assert seen(customers()) == ("queued", 1, "busy (429)")
    job = OutboxJob.objects.get(done_at=None)
    assert job.run_at == NOW + LATER


def test_errors_never_name_anybody(
    salon: Salon, sink: Sink, monday: time_machine.Traveller
) -> None:
    salon.book()
    replies = ("450 chipo@example.com Chipo", "550 5.7.1 studio@example.com", "550 5.1.1 +263771")
    for reply in replies:
        sink.replies = {"RCPT": reply}
        run_due(HANDLERS)
        kept = str(list(Delivery.objects.values())) + str(list(OutboxJob.objects.values()))
        assert not [word for word in PERSONAL if word in kept]
        assert any(row.error for row in Delivery.objects.all())
        monday.shift(LATER)


def test_trouble_in_the_second_function_keeps_no_job_open() -> None:
    def hopeless(payload: object, now: object) -> None:
        raise RuntimeError

    def also_broken(payload: object, code: str) -> None:
        raise ValueError("chipo@example.com")

    OutboxJob.objects.create(kind="odd", max_attempts=1, run_at=NOW)
    assert run_due({"odd": Watched(hopeless, also_broken)}) == {Outcome.FAILED: 1}


# --- sending again ------------------------------------------------------------------------------


def message() -> Notification:
    return Notification.objects.get(side="customer")


def test_sending_again_adds_a_delivery_with_an_id_of_its_own(salon: Salon, sink: Sink) -> None:
    salon.book()
    run_due(HANDLERS)
    [added] = resend(message(), channel=None, now=clock.now())
    assert (added.channel, added.number, added.status) == ("email", 2, "queued")
    run_due(HANDLERS)
    assert [row.status for row in message().deliveries.order_by("pk")] == ["sent", "sent"]
    assert sink.recipients.count("chipo@example.com") == 2
    assert len({mail["Message-ID"] for mail in sink.mails}) == 3


def test_a_second_tap_does_not_double_what_is_on_its_way(salon: Salon) -> None:
    salon.book()
    run_jobs()
    assert len(resend(message(), channel=None, now=NOW)) == 1
    assert resend(message(), channel=None, now=NOW) == []
    assert len(run_jobs()) == 1


def test_sending_again_has_an_end_for_a_day(salon: Salon, monday: time_machine.Traveller) -> None:
    salon.book()
    run_jobs()
    for _ in range(5):
        resend(message(), channel=None, now=clock.now())
        run_jobs()
        monday.shift(timedelta(minutes=2))
    with pytest.raises(SentTooOften, match="5 times today"):
        resend(message(), channel=None, now=clock.now())
    assert run_jobs() == []
    monday.shift(timedelta(days=1))
    resend(message(), channel=None, now=clock.now())
    assert len(run_jobs()) == 1


def test_sending_again_uses_the_contacts_of_today(salon: Salon) -> None:
    salon.book()
    Appointment.objects.update(guest_email="", guest_phone="")
    run_jobs()
    Appointment.objects.update(guest_email="new@example.com")
    resend(message(), channel=None, now=NOW)
    assert [sent.to for sent in run_jobs()] == [["new@example.com"]]


def test_by_another_way(salon: Salon, texts: list[Text]) -> None:
    salon.book()
    run_jobs()
    [added] = resend(message(), channel=Channel.SMS, now=NOW)
    run_jobs()
    assert (added.channel, added.number, len(texts)) == ("sms", 1, 1)


def test_a_no_holds_for_sending_again(salon: Salon) -> None:
    salon.book()
    run_jobs()
    opt_out_digest(digest("chipo@example.com"), MessageKind.BOOKINGS)
    [added] = resend(message(), channel=None, now=NOW)
    assert (added.status, added.error) == ("skipped", "opted out")
    assert run_jobs() == []


def test_an_accounts_no_holds_for_sending_again(salon: Salon) -> None:
    salon.book(by=Actor.customer(salon.dana), customer=salon.dana, contact=None)
    run_jobs()
    set_preference(salon.dana, MessageKind.BOOKINGS, Channel.EMAIL, wanted=False)
    [added] = resend(message(), channel=None, now=NOW)
    assert (added.channel, added.status, added.error) == ("email", "skipped", "not wanted")
    assert run_jobs() == []


def test_what_was_overtaken_says_so_when_sent_again(salon: Salon) -> None:
    appointment = salon.book()
    run_jobs()
    Appointment.objects.filter(pk=appointment.pk).update(status="cancelled")
    event = appointment.events.get()
    event.pk, event.action, event.to_status = None, "cancelled", "cancelled"
    event.save()
    resend(message(), channel=None, now=NOW)
    [sent] = run_jobs()
    assert "changed since" in sent.body
    assert sent.attachments == []
