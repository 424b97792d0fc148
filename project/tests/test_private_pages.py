"""Pages of people who are logged in stay out of every cache."""

from datetime import timedelta

import pytest
from django.test import Client

from booking.models import Appointment
from project import clock
from providers.tests.salon import make_appointment, make_salon


@pytest.fixture
def appointment(db: None) -> Appointment:
    salon = make_salon()
    start = clock.now() + timedelta(days=2)
    return make_appointment(salon.braids, salon.bobs, start=start, customer=salon.dana)


def as_customer(appointment: Appointment) -> Client:
    client = Client()
    assert appointment.customer is not None
    client.force_login(appointment.customer)
    return client


def as_owner(appointment: Appointment) -> Client:
    client = Client()
    client.force_login(appointment.provider.owner)
    return client


def test_customers_pages(appointment: Appointment) -> None:
    client = as_customer(appointment)
    for path in ("/me/", f"/me/appointments/{appointment.reference}/"):
        assert client.get(path)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "page", ["", "appointments/", "appointments/{}/", "appointments/{}/cancel/"]
)
def test_pages_of_the_business(appointment: Appointment, page: str) -> None:
    answer = as_owner(appointment).get("/provider/" + page.format(appointment.pk))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def test_page_of_somebody_without_a_business(appointment: Appointment) -> None:
    assert as_customer(appointment).get("/provider/")["Cache-Control"] == "private, no-store"


def test_grid_that_is_asked_for_again_and_again_keeps_its_tag(appointment: Appointment) -> None:
    path = f"/provider/appointments/{appointment.pk}/reschedule/"
    htmx = {"HX-Request": "true", "HX-Target": "grid"}
    answer = as_owner(appointment).get(path, headers=htmx)
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["ETag"]
