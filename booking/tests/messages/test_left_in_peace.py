"""Reminders leave people in peace: who said no, and who sleeps."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from pytest_django import Settings

from booking.domain.actors import Actor
from booking.tests.jobs.salon import DAY, NOW, START, Salon
from booking.tests.messages.site import Site
from customers.domain.preferences import digest, opt_out_digest, set_preference
from customers.models import Channel, MessageKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[Site]:
    """Mon 23 Nov 2026, 10:00 in Harare; bookings are made at this time."""
    cache.clear()
    with time_machine.travel(NOW, tick=False) as moving:
        yield Site(moving)


def test_a_guests_no_is_remembered_when_they_open_an_account(salon: Salon, site: Site) -> None:
    opt_out_digest(digest(salon.dana.email), MessageKind.REMINDERS)
    salon.book(by=Actor.customer(salon.dana), customer=salon.dana, contact=None)
    assert site.pass_until(START) == []


def test_until_they_choose_otherwise(salon: Salon, site: Site) -> None:
    opt_out_digest(digest(salon.dana.email), MessageKind.REMINDERS)
    set_preference(salon.dana, MessageKind.REMINDERS, Channel.EMAIL, wanted=True)
    salon.book(by=Actor.customer(salon.dana), customer=salon.dana, contact=None)
    assert site.pass_until(START) == [START - DAY]


def test_guests_who_want_no_more_get_none(salon: Salon, site: Site) -> None:
    salon.book()
    opt_out_digest(digest("chipo@example.com"), MessageKind.REMINDERS)
    assert site.pass_until(START) == []


def test_trouble_that_lasts_into_the_night_waits_for_the_morning(
    salon: Salon, site: Site, settings: Settings
) -> None:
    late = START.replace(hour=18) + DAY  # 20:30 in Harare, half an hour before it is quiet
    salon.book(start=late)
    site.be_in(late - DAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    site.traveller.move_to(late - DAY)
    site.work()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    arrived = site.pass_until(late)
    assert [moment.hour for moment in arrived] == [5]
