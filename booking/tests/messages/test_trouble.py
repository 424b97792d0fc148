"""Trouble of which the rest must not suffer: certificates, conflicts, late workers, clocks."""

import logging
import sqlite3
import ssl
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError

from booking.domain import lifecycle
from booking.domain.booking import Contact
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due, run_next
from booking.models import Appointment, Delivery, OutboxJob
from booking.models.notification import DeliveryQuerySet
from booking.notifications import outcomes, rounds
from booking.notifications.channels import mail_connection, texting
from booking.notifications.channels.texting import TextFailed
from booking.notifications.digest import MOST_SHOWN, compose_digest
from booking.notifications.reminding import compose_reminder
from booking.tests.jobs.salon import DAY, NOW, START, Salon
from project.errors import NotAllowed
from project.logs import Formatter
from providers.domain.access import Membership, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

MINUTE = timedelta(minutes=1)


def first() -> Delivery:
    return Delivery.objects.filter(notification__side="customer").latest("pk")


def test_a_certificate_that_ran_out_may_be_renewed(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expired(_mail: object) -> None:
        raise ssl.SSLCertVerificationError(1, "certificate has expired")

    monkeypatch.setattr(mail_connection, "send", expired)
    salon.book()
    run_due(HANDLERS)
    assert (first().status, first().error) == ("queued", "SSLCertVerificationError (1)")


@pytest.mark.django_db(transaction=True)
def test_a_conflict_at_writing_it_down_sends_nothing_twice(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon.book()
    run_next(HANDLERS)
    right, calls = DeliveryQuerySet.update, []

    def busy_once(rows: DeliveryQuerySet, **fields: object) -> int:
        if fields.get("status") == "sent":
            calls.append(fields)
            if len(calls) == 1:
                cause = sqlite3.OperationalError("database is locked")
                cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise OperationalError from cause
        return right(rows, **fields)

    monkeypatch.setattr(DeliveryQuerySet, "update", busy_once)
    outcomes.sent(first(), reference="", now=NOW)
    assert (first().status, len(calls)) == ("sent", 2)


def test_a_late_worker_opens_nothing_that_was_given_up(salon: Salon) -> None:
    salon.book()
    run_next(HANDLERS)
    outcomes.begin(first())
    outcomes.failed(first().pk, code="worker lost")
    outcomes.trouble(first(), code="no answer")
    assert (first().status, first().error) == ("failed", "worker lost")
    outcomes.begin(first())
    assert (first().status, first().attempts) == ("queued", 2)


@pytest.mark.parametrize(("maybe_taken", "status"), [(True, "failed"), (False, "queued")])
def test_a_text_that_may_have_been_taken_is_tried_twice(
    salon: Salon, monkeypatch: pytest.MonkeyPatch, maybe_taken: bool, status: str
) -> None:
    class Unclear:
        def send(self, **given: str) -> str:
            raise TextFailed("no answer in time", maybe_taken=maybe_taken)

    monkeypatch.setattr(texting, "texter_for", lambda _channel: Unclear())
    salon.book(contact=Contact(name="Chipo Moyo", phone="+263771234567"))
    run_due(HANDLERS)
    assert (first().status, first().attempts) == ("queued", 1)
    OutboxJob.objects.filter(done_at=None).update(run_at=NOW)
    run_due(HANDLERS)
    assert (first().status, first().attempts) == (status, 2)


def test_one_request_that_may_not_expire_keeps_no_other_waiting(
    asking_salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = asking_salon.book()
    asking_salon.book(start=START + DAY)
    right = lifecycle._change

    def change(appointment: Appointment, *given: object, **more: object) -> Appointment:
        if appointment.pk == stuck.pk:
            raise NotAllowed("no")
        return right(appointment, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(lifecycle, "_change", change)
    assert lifecycle.expire_unanswered(now=START + 2 * DAY) == 1


def test_a_worker_whose_clock_is_a_little_ahead_costs_no_long_look_back() -> None:
    cache.clear()
    rounds.remember("x", now=NOW + MINUTE)
    assert rounds.seen_until("x", now=NOW, reach=DAY) == NOW - MINUTE
    rounds.remember("x", now=NOW + 3 * MINUTE)
    assert rounds.seen_until("x", now=NOW, reach=DAY) == NOW - DAY


@pytest.mark.parametrize("path", ["/a/s3cret/", "%2Fa%2Fs3cret%2Fcancel", "%2fstop%2fs3cret"])
def test_the_log_masks_paths_also_within_addresses(path: str) -> None:
    line = logging.LogRecord("x", logging.INFO, "", 0, f"GET /login/?next={path}", (), None)
    written = Formatter("%(message)s").format(line)
    assert "s3cret" not in written
    assert written.endswith(path.replace("s3cret", "…"))


def test_subjects_are_what_they_look_like_and_one_more_is_singular(salon: Salon) -> None:
    appointment = salon.book()
    salon.provider.name = "Tendai\u202e\nStudio"
    place = Membership(salon.provider, None, Role.OWNER)
    agenda = [appointment] * (MOST_SHOWN + 1)
    message = compose_digest(place, agenda, day=START.date())
    assert "1 more is on the site." in message.sentences
    two = compose_digest(place, [*agenda, appointment], day=START.date())
    assert "2 more are on the site." in two.sentences
    assert message.subject.startswith("Today at Tendai Studio: ")
    appointment.service.name = "Box\u200b braids"
    reminder = compose_reminder(appointment, zone=salon.provider.tz, now=NOW)
    assert reminder.subject.startswith("Reminder: Box braids ")
