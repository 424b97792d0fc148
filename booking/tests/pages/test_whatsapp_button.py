"""The button on a booking's page that opens WhatsApp to the business."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment
from booking.tests.pages.conftest import NOW, Salon
from providers.models import Provider

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a [^>]*href="(https://wa\.me/[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return salon.book("10:00")


def links(client: Client, appointment: Appointment, query: str = "") -> list[tuple[str, str, str]]:
    text = client.get(f"{appointment.get_absolute_url()}{query}").content.decode()
    return [(unescape(url), rest, words) for url, rest, words in LINK.findall(text)]


@pytest.mark.parametrize("query", ["", "?booked"])
def test_it_opens_a_chat_with_summary_and_secret_link(
    client: Client, booked: Appointment, query: str
) -> None:
    [(url, rest, words)] = links(client, booked, query)
    secret = f"{settings.PUBLIC_URL}{booked.get_absolute_url()}"
    assert secret.startswith("http")
    number, _, text = url.partition("?text=")
    assert number == "https://wa.me/263771234567"
    assert unquote(text).splitlines() == [
        "Hello Alice's Salon, I booked Haircut with Bob.",
        "Tue 24 Nov, 10:00 (Harare time)",
        "Name: Somebody Else",
        f"Reference: {booked.reference}",
        secret,
    ]
    assert 'rel="noopener noreferrer"' in rest
    plain = " ".join(re.sub(r"<[^>]*>", "", words).split())
    assert unescape(plain) == "Tell them by WhatsApp (Alice's Salon)"


def test_no_phone_no_button(client: Client, booked: Appointment) -> None:
    Provider.objects.update(phone="")
    assert links(client, booked) == []


def test_none_for_what_is_cancelled(client: Client, booked: Appointment) -> None:
    lifecycle.cancel(booked, by=Actor.guest(), now=NOW, reason="")
    assert links(client, booked) == []


def test_none_for_what_is_over(
    client: Client, booked: Appointment, clock: time_machine.Traveller
) -> None:
    clock.move_to(booked.end + timedelta(minutes=1))
    assert links(client, booked) == []


def test_the_page_loads_nothing_from_there(client: Client, booked: Appointment) -> None:
    policy = client.get(booked.get_absolute_url())["Content-Security-Policy"]
    assert "wa.me" not in policy
