"""A service that nobody can book, however it came about, still has pages that say so."""

from collections.abc import Callable

import pytest
from django.test import Client

from booking.models import Appointment, Hold
from booking.tests import cast
from booking.tests.pages.conftest import GUEST, HTMX, Salon, shown_of
from providers.models import Service

Press = Callable[..., str]

ODD = ["no room in order", "usual length not offered", "no step between lengths"]


def spoil(salon: Salon, how: str) -> None:
    if how == "no room in order":
        salon.service.resources.add(cast.make_resource(salon.provider, available=False))
    elif how == "usual length not offered":
        Service.objects.update(min_duration=90, max_duration=120, duration_step=30)
    else:
        Service.objects.update(min_duration=60, max_duration=120, duration_step=0)


@pytest.mark.parametrize("how", ODD)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "grid"])
def test_its_pages_open(client: Client, salon: Salon, how: str, headers: dict[str, str]) -> None:
    spoil(salon, how)
    assert client.get(salon.url("booking"), headers=headers).status_code in {200, 400}
    assert client.get(salon.url("first_free_time"), follow=True).status_code in {200, 400}
    assert client.get("/p/salon/").status_code == 200


@pytest.mark.parametrize("how", ODD[:2])
def test_it_cannot_be_held(client: Client, salon: Salon, how: str) -> None:
    spoil(salon, how)
    response = client.post(salon.url("hold_create"), {"start": salon.slot("10:00")})
    assert response.status_code in {400, 409}
    assert "Nothing is booked." in response.content.decode()
    assert not Hold.objects.exists()


@pytest.mark.parametrize("how", ODD[:2])
def test_what_was_held_before_is_not_booked(
    client: Client, salon: Salon, hold: Press, how: str
) -> None:
    url = hold()
    shown = shown_of(client, url)
    spoil(salon, how)
    assert client.get(url).status_code == 200
    response = client.post(url, {"shown": shown} | GUEST)
    assert response.status_code == 409
    assert "Nothing is booked." in response.content.decode()
    assert not Appointment.objects.exists()
    Hold.objects.all().delete()
    assert client.get(url).status_code == 410
