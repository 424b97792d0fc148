"""Two workers at one event: a lease that ran out while its worker was only slow."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from booking.jobs.handlers import HANDLERS
from booking.models import Delivery, Notification, OutboxJob
from booking.models.notification import NotificationQuerySet
from booking.notifications.post import resend
from booking.notifications.telling import tell
from booking.tests.jobs.salon import NOW, Salon, make_salon
from booking.tests.races.harness import Gate, race
from project import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def open_salon() -> Salon:
    return make_salon()


def start() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)


def test_six_workers_tell_each_person_once(open_salon: Salon) -> None:
    open_salon.book(now=clock.now(), start=start())
    event = OutboxJob.objects.get().payload["event"]
    run = HANDLERS["appointment_event"]
    outcome = race([lambda: run({"event": event}, clock.now())] * 6)
    assert outcome.errors == []
    assert Notification.objects.count() == 2
    assert Delivery.objects.filter(channel="email").count() == 2
    assert OutboxJob.objects.filter(kind="deliver").count() == 2


def test_two_who_both_looked_before_either_wrote(
    open_salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the second cannot look until the first has written, so the gate opens by time."""
    event = open_salon.book(now=clock.now(), start=start()).events.get()
    gate = Gate(2, patience=0.5)
    monkeypatch.setattr(NotificationQuerySet, "get", gate.after(NotificationQuerySet.get))
    outcome = race([lambda: tell(event, now=NOW)] * 2)
    assert outcome.errors == []
    assert Notification.objects.count() == 2
    assert Delivery.objects.filter(channel="email").count() == 2
    assert gate.crowd == (1 if connection.vendor == "sqlite" else 2)


def test_two_taps_on_send_again_are_one_delivery(open_salon: Salon) -> None:
    open_salon.book(now=clock.now(), start=start())
    HANDLERS["appointment_event"](OutboxJob.objects.get().payload, clock.now())
    message = Notification.objects.get(side="customer")
    Delivery.objects.update(status=Delivery.Status.SENT)
    outcome = race([lambda: resend(message, channel=None, now=clock.now())] * 4)
    assert outcome.errors == []
    assert sorted(len(added) for added in outcome.results) == [0, 0, 0, 1]
    assert message.deliveries.filter(channel="email").count() == 2
