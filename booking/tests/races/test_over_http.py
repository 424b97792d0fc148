"""The race as browsers run it: through URL map, middleware, forms, cookies and templates."""

import re
from collections import Counter
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from booking.domain.free_time import load_around
from booking.models import Appointment, Hold
from booking.tests import cast
from booking.tests.races.audit import audit, kinds
from booking.tests.races.business import Business
from booking.tests.races.harness import CLIENTS, Gate, Work, in_separate_steps, race
from booking.tests.races.protection import gate_after
from project import clock
from providers.models import Service

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

TAPS = 20
TOLERABLE = 15  # seconds, in one process whose two cores render all pages too


def next_monday_at_ten(business: Business) -> datetime:
    day = cast.next_weekday(clock.now(), cast.MONDAY)
    return cast.at(business.provider, day, "10:00")


def press(service: Service, start: datetime, number: int) -> Any:
    """Press one slot in a browser of one's own, at an address of one's own."""
    browser = Client(REMOTE_ADDR=f"10.1.2.{number}", raise_request_exception=False)
    url = reverse("hold_create", args=[service.provider.slug, service.slug])
    return browser.post(url, {"start": start.isoformat()})


def rush(business: Business) -> list[Work]:
    service, start = business.haircut(), next_monday_at_ten(business)
    return [partial(press, service, start, number) for number in range(CLIENTS)]


def statuses(responses: list[HttpResponse]) -> Counter[int]:
    return Counter(response.status_code for response in responses)


def test_fifty_browsers_press_one_slot(business: Business) -> None:
    outcome = race(rush(business))
    assert outcome.errors == []
    assert statuses(outcome.results) == {HTTPStatus.SEE_OTHER: 1, HTTPStatus.CONFLICT: CLIENTS - 1}
    refusals = [each for each in outcome.results if each.status_code == HTTPStatus.CONFLICT]
    assert all("has just been taken" in each.content.decode() for each in refusals)
    assert Hold.objects.count() == 1
    assert outcome.slowest < TOLERABLE
    assert audit(clock.now()) == []


@pytest.mark.usefixtures("unprotected")
def test_control_without_protection_all_fifty_hold_it(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(CLIENTS)
    gate_after(monkeypatch, load_around, gate)
    outcome = race(map(in_separate_steps, rush(business)))
    assert outcome.errors == []
    assert gate.crowd == CLIENTS
    assert statuses(outcome.results) == {HTTPStatus.SEE_OTHER: CLIENTS}
    assert kinds(clock.now()) == {"time"}


class Dana:
    """A guest whose browser holds a slot and shows the form."""

    def __init__(self, business: Business) -> None:
        service = business.haircut()
        self.browser = Client(raise_request_exception=False)
        url = reverse("hold_create", args=[service.provider.slug, service.slug])
        held = self.browser.post(url, {"start": next_monday_at_ten(business).isoformat()})
        self.url = held["Location"]
        page = self.browser.get(self.url).content.decode()
        shown = re.search(r'name="shown"\s+value="([^"]+)"', page)
        assert shown is not None
        self.form = {"shown": shown[1], "name": "Dana", "phone": "+263771234567"}

    def tap(self) -> Any:
        """Send the form from one more tab of the same browser."""
        tab = Client(raise_request_exception=False)
        tab.cookies = self.browser.cookies
        return tab.post(self.url, self.form)


def test_twenty_taps_on_book_show_the_same_booking(business: Business) -> None:
    outcome = race([Dana(business).tap] * TAPS)
    assert outcome.errors == []
    assert statuses(outcome.results) == {HTTPStatus.SEE_OTHER: TAPS}
    link = Appointment.objects.get().get_absolute_url()
    assert {each["Location"].partition("?")[0] for each in outcome.results} == {link}
    assert audit(clock.now()) == []


def test_control_without_the_key_one_tap_books_and_the_others_are_told_it_is_over(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the taps would see if nothing recognised them: their own hold gone."""
    dana = Dana(business)
    monkeypatch.setattr("booking.domain.booking._earlier", lambda _: None)
    outcome = race([dana.tap] * TAPS)
    found = statuses(outcome.results)
    assert found == {HTTPStatus.SEE_OTHER: 1, HTTPStatus.CONFLICT: TAPS - 1}
