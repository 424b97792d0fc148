"""The page behind a reminder's link: opening it changes nothing, its button says yes."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking.domain.actors import SYSTEM
from booking.domain.lifecycle import cancel, reschedule
from booking.models import Appointment, Status
from booking.tests import cast
from booking.tests.pages.conftest import NOW, TUESDAY, Salon
from customers.domain.preferences import any_opted_out
from customers.models import MessageKind


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return salon.book("10:00")


def url(appointment: Appointment) -> str:
    return reverse("appointment_coming", args=[appointment.token])


def press(client: Client, appointment: Appointment, start: str | None = None) -> tuple[int, str]:
    """Press "I will come" on a page that showed ``start``."""
    shown = start or f"{appointment.start:%Y-%m-%dT%H:%MZ}"
    response = client.post(url(appointment), {"start": shown}, follow=True)
    return response.status_code, response.content.decode()


def attending(appointment: Appointment) -> bool:
    appointment.refresh_from_db()
    return appointment.attending_at is not None


def test_opening_it_shows_the_booking_and_changes_nothing(
    client: Client, booked: Appointment
) -> None:
    before = Appointment.objects.values().get()
    for _ in range(2):
        text = client.get(url(booked)).content.decode()
    for words in ["Tue 24 Nov, 10:00", "11:00", "Haircut with Bob", "I will come"]:
        assert words in text
    assert reverse("appointment_cancel", args=[booked.token]) in text
    assert Appointment.objects.values().get() == before
    assert booked.events.count() == 1


def test_the_button_says_yes(client: Client, booked: Appointment) -> None:
    status, text = press(client, booked)
    assert status == 200
    assert "They know that you will come." in text
    assert "Will come" in text  # in the booking's history
    assert attending(booked)
    assert "You said that you will come" in client.get(url(booked)).content.decode()


def test_a_second_press_is_harmless(client: Client, booked: Appointment) -> None:
    assert [press(client, booked)[0] for _ in range(2)] == [200, 200]
    assert booked.events.filter(action="attending").count() == 1


def test_a_page_from_before_a_move_says_yes_to_nothing(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    shown = f"{booked.start:%Y-%m-%dT%H:%MZ}"
    later = cast.at(salon.provider, TUESDAY, "14:00")
    reschedule(booked, start=later, by=SYSTEM, now=NOW)
    status, text = press(client, booked, start=shown)
    assert status == 409
    assert "This booking has been moved" in text
    assert "Tue 24 Nov, 14:00" in text
    assert not attending(booked)


@pytest.mark.parametrize("start", ["", "x", "2026-11-24T08:00"])
def test_a_form_without_the_time_says_yes_to_nothing(
    client: Client, booked: Appointment, start: str
) -> None:
    assert client.post(url(booked), {"start": start}).status_code == 409
    assert client.post(url(booked)).status_code == 409
    assert not attending(booked)


def test_a_cancelled_booking_has_no_buttons(client: Client, booked: Appointment) -> None:
    cancel(booked, by=SYSTEM, now=NOW)
    response = client.get(url(booked))
    assert response.status_code == 200
    assert "This booking is already: cancelled." in response.content.decode()
    assert "I will come" not in response.content.decode()
    assert press(client, booked)[0] == 409


def test_once_it_has_begun_nothing_can_be_said(
    client: Client, booked: Appointment, clock: time_machine.Traveller
) -> None:
    clock.move_to(booked.start + timedelta(minutes=1))
    assert press(client, booked)[0] == 409
    assert not attending(booked)


def test_it_is_as_secret_as_the_booking(client: Client, booked: Appointment) -> None:
    response = client.get(url(booked))
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert client.get(reverse("appointment_coming", args=["unknown"])).status_code == 404


def test_the_business_sees_it_in_its_rows_and_in_the_history(
    client: Client, salon: Salon, booked: Appointment
) -> None:
    owner = Client()
    owner.force_login(salon.provider.owner)
    agenda, page = (
        reverse("provider_appointments"),
        reverse("provider_appointment", args=[booked.pk]),
    )
    assert "will come" not in owner.get(agenda).content.decode()
    press(client, booked)
    assert "will come" in owner.get(agenda).content.decode()
    assert "<b>Will come</b> by guest" in owner.get(page).content.decode()


def test_a_logged_in_customer_is_named(client: Client, salon: Salon, booked: Appointment) -> None:
    dana = cast.make_user(name="Dana")
    Appointment.objects.filter(pk=booked.pk).update(customer=dana)
    client.force_login(dana)
    press(client, booked)
    event = booked.events.get(action="attending")
    assert (event.by, event.actor, event.to_status) == (dana, "customer", Status.CONFIRMED)


def test_guests_whom_only_texts_reach_can_stop_them(client: Client, booked: Appointment) -> None:
    Appointment.objects.update(guest_email="", guest_phone="+263771234567", customer=None)
    found = re.search(r'href="(/messages/stop/[^"]+)"', client.get(url(booked)).content.decode())
    assert found
    client.post(found[1])
    assert any_opted_out(["+263771234567"], MessageKind.REMINDERS)


def test_whoever_gets_mails_stops_them_there(client: Client, booked: Appointment) -> None:
    Appointment.objects.update(guest_email="guest@example.com", customer=None)
    assert "/messages/stop/" not in client.get(url(booked)).content.decode()
