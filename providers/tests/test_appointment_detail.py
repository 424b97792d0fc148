"""/provider/appointments/<id>/: who, what, how to reach them, and what happened."""

from collections.abc import Callable

import pytest
from django.test import Client

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Status
from customers.models import User
from providers.tests.salon import HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]


def test_it_shows_contact_notes_and_price(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(
        salon.braids,
        salon.bobs,
        start=NOW + HOUR,
        guest_name="Rudo Moyo",
        guest_phone="+263772345678",
        notes="Very long hair\nSecond line",
    )
    html = as_user(salon.alice).get(f"/provider/appointments/{appointment.pk}/").content.decode()
    for part in (
        "Rudo Moyo",
        'href="tel:+263772345678"',
        'href="mailto:guest@example.com"',
        "Very long hair<br>Second line",
        "USD 20.00",
        "13:00–14:00",
        appointment.reference,
    ):
        assert part in html


def test_contact_of_a_customer_is_the_accounts(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, customer=salon.dana)
    html = as_user(salon.alice).get(f"/provider/appointments/{appointment.pk}/").content.decode()
    assert 'href="tel:+263771234567"' in html
    assert 'href="mailto:dana@example.com"' in html


def test_notes_are_text_not_markup(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(
        salon.braids, salon.bobs, start=NOW + HOUR, notes="<script>1</script>", guest_name="<b>X"
    )
    client = as_user(salon.alice)
    for url in (f"/provider/appointments/{appointment.pk}/", "/provider/"):
        html = client.get(url).content.decode()
        assert "<script>1" not in html
        assert "<b>X" not in html


def test_history_says_who_did_what_when_and_why(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(
        salon.braids, salon.bobs, start=NOW + 3 * HOUR, status=Status.PENDING
    )
    by = Actor.provider(salon.mary)
    lifecycle.accept(appointment, by=by, now=NOW)
    start = NOW + 4 * HOUR
    lifecycle.reschedule(appointment, start=start, staff=salon.tendai, by=by, now=NOW)
    lifecycle.cancel(appointment, by=by, now=NOW, reason="Burst pipe")
    html = as_user(salon.alice).get(f"/provider/appointments/{appointment.pk}/").content.decode()
    history = " ".join(html[html.index("What happened") :].replace("</span>", "").split())
    assert "<b>Requested</b> by guest" in history
    assert "<b>Accepted</b> by Mary Dube" in history
    assert "from Tue 24 Nov, 15:00 to Tue 24 Nov, 16:00" in history
    assert "from Bob to Tendai" in history
    assert '<b>Cancelled</b> by Mary Dube <br><span class="text-break">“Burst pipe”' in history


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999999", "-1", "x", "1.5"])
def test_unknown_ids_are_404(salon: Salon, as_user: LogIn, number: str) -> None:
    assert as_user(salon.alice).get(f"/provider/appointments/{number}/").status_code == 404


def test_foreign_business_in_the_address_is_404(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    url = f"/provider/appointments/{appointment.pk}/"
    client = as_user(salon.alice)
    assert client.get(url, {"business": "salon"}).status_code == 200
    assert client.get(url, {"business": "elsewhere"}).status_code == 404
