"""What the details page showed is what is booked; where it cannot be, the new facts are shown."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from booking.models import Appointment, Hold
from booking.tests import cast
from booking.tests.pages.conftest import GUEST, TUESDAY, Salon, shown_of
from providers.models import Provider, Staff, TimeOff

Press = Callable[..., str]


@pytest.fixture
def tariro(salon: Salon) -> Staff:
    """Somebody else who cuts hair; of two with nothing to do, the one first hired is chosen."""
    tariro = cast.make_staff(salon.provider, name="Tariro")
    salon.service.staff.add(tariro)
    return tariro


def leave(salon: Salon, how: str) -> None:
    """Have Bob, whom the page showed, be unable to come at ten."""
    if how == "time off":
        span = {name: cast.at(salon.provider, TUESDAY, face) for name, face in NINE_TO_TWELVE}
        TimeOff.objects.create(provider=salon.provider, staff=salon.bob, **span)
    elif how == "left the business":
        Staff.objects.filter(pk=salon.bob.pk).update(active=False)
    else:
        salon.service.staff.remove(salon.bob)


NINE_TO_TWELVE = (("start", "09:00"), ("end", "12:00"))


@pytest.mark.parametrize("how", ["time off", "left the business", "does not do it any more"])
def test_anyone_is_not_silently_somebody_else(
    client: Client, salon: Salon, tariro: Staff, hold: Press, how: str
) -> None:
    url = hold()
    page = client.get(url)
    assert "<dt>With</dt><dd>Bob</dd>" in page.content.decode()
    leave(salon, how)
    response = client.post(url, {"shown": page.context["shown"]} | GUEST)
    text = response.content.decode()
    assert response.status_code == 409
    assert "The person we showed you cannot take this time any more. Somebody else can." in text
    assert salon.slot("10:00") in [one.value for one in response.context["alternatives"]]
    assert all(typed in text for typed in GUEST.values())
    assert not Appointment.objects.exists()
    assert Hold.objects.get().staff == salon.bob


def test_whoever_takes_it_instead_is_shown_before_anything_is_booked(
    client: Client, salon: Salon, tariro: Staff, hold: Press
) -> None:
    url = hold()
    shown = shown_of(client, url)
    leave(salon, "time off")
    client.post(url, {"shown": shown} | GUEST)
    again: dict[str, Any] = {"start": salon.slot("10:00"), "typed": "1"} | GUEST
    response = client.post(salon.url("hold_create"), again)
    assert "<dt>With</dt><dd>Tariro</dd>" in response.content.decode()
    details = salon.url("booking_details", Hold.objects.get().token)
    assert client.post(details, {"shown": response.context["shown"]} | GUEST).status_code == 303
    assert Appointment.objects.get().staff == tariro


def test_changed_currency_is_shown_in_place_of_a_booking(
    client: Client, salon: Salon, hold: Press
) -> None:
    url = hold()
    shown = shown_of(client, url)
    Provider.objects.update(currency="KES")
    response = client.post(url, {"shown": shown} | GUEST)
    assert response.status_code == 409
    assert "KES 20.00" in response.content.decode()
    assert not Appointment.objects.exists()
    assert client.post(url, {"shown": response.context["shown"]} | GUEST).status_code == 303
    assert Appointment.objects.get().currency == "KES"
