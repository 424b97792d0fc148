"""Nobody keeps a business's times from everybody else by holding them all."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from booking.domain.holds import HOLDS_PER_NETWORK
from booking.models import Appointment, Hold
from booking.tests import cast
from booking.tests.pages.conftest import GUEST, Salon, shown_of
from booking.views import limits

HOURLY = [f"{hour:02d}:00" for hour in range(8, 16)]
ADDRESS = "198.51.100.1"


def press(salon: Salon, number: int, *, client: Client | None = None, **extra: Any) -> Any:
    """Press the ``number``th time of the day in a browser that nobody has seen before."""
    extra.setdefault("REMOTE_ADDR", ADDRESS)
    data = {"start": salon.slot(HOURLY[number])}
    return (client or Client()).post(salon.url("hold_create"), data, **extra)


def take_all(salon: Salon, **extra: Any) -> None:
    """Have as many strangers of one network hold a time as may."""
    answers = [press(salon, number, **extra).status_code for number in range(HOLDS_PER_NETWORK)]
    assert answers == [303] * HOLDS_PER_NETWORK


def test_one_address_keeps_few_times_of_one_business(salon: Salon) -> None:
    take_all(salon)
    refused = press(salon, 6)
    assert refused.status_code == 429
    assert Hold.objects.count() == HOLDS_PER_NETWORK == 6
    assert int(refused["Retry-After"]) == 300
    assert "Nothing is lost" in refused.content.decode()


def test_other_addresses_and_other_businesses_are_not_concerned(salon: Salon) -> None:
    take_all(salon)
    assert press(salon, 6, REMOTE_ADDR="198.51.100.2").status_code == 303
    elsewhere = cast.make_provider(slug="other")
    person = cast.make_staff(elsewhere)
    other = Salon(elsewhere, person, cast.make_service(elsewhere, [person], slug="shave"))
    assert press(other, 6).status_code == 303


def test_it_is_over_when_the_first_hold_is(salon: Salon, clock: time_machine.Traveller) -> None:
    press(salon, 0)
    clock.shift(timedelta(minutes=2))
    for number in range(1, HOLDS_PER_NETWORK):
        press(salon, number)
    assert press(salon, 6)["Retry-After"] == "180"
    clock.shift(timedelta(minutes=3))
    assert press(salon, 6).status_code == 303


def test_who_holds_one_may_choose_another(salon: Salon) -> None:
    for number in range(HOLDS_PER_NETWORK - 1):
        press(salon, number)
    mine = Client()
    assert press(salon, 5, client=mine).status_code == 303
    assert press(salon, 6, client=mine).status_code == 303
    assert Hold.objects.count() == HOLDS_PER_NETWORK


def test_booked_times_do_not_count(salon: Salon) -> None:
    for number in range(HOLDS_PER_NETWORK + 1):
        client = Client()
        url = press(salon, number, client=client)["Location"]
        done = client.post(url, {"shown": shown_of(client, url)} | GUEST)
        assert done.status_code == 303
    assert Appointment.objects.count() == HOLDS_PER_NETWORK + 1


def test_addresses_of_one_ipv6_network_are_one(salon: Salon) -> None:
    for number in range(HOLDS_PER_NETWORK):
        address = f"2001:db8:0:1::{number + 1:x}"
        assert press(salon, number, REMOTE_ADDR=address).status_code == 303
    assert press(salon, 6, REMOTE_ADDR="2001:db8:0:1:ffff::1").status_code == 429
    assert press(salon, 6, REMOTE_ADDR="2001:db8:0:2::1").status_code == 303


def test_an_address_is_one_however_it_is_written(salon: Salon) -> None:
    take_all(salon, REMOTE_ADDR=f"::ffff:{ADDRESS}")
    assert press(salon, 6).status_code == 429


def test_addresses_forwarded_by_the_proxy_are_told_apart(salon: Salon, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    take_all(salon, HTTP_X_FORWARDED_FOR="203.0.113.1")
    assert press(salon, 6, HTTP_X_FORWARDED_FOR="203.0.113.1").status_code == 429
    assert press(salon, 6, HTTP_X_FORWARDED_FOR="203.0.113.2").status_code == 303


def test_the_address_itself_is_kept_nowhere(salon: Salon, settings: Any) -> None:
    press(salon, 0)
    [row] = Hold.objects.values()
    assert row["network"]
    assert ADDRESS not in str(row)
    settings.SECRET_KEY = "another"
    press(salon, 1)
    assert Hold.objects.values("network").distinct().count() == 2


def test_refused_presses_are_not_counted(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HOLDS_ALLOWED", 2)
    salon.book("08:00")
    client = Client()
    assert [press(salon, 0, client=client).status_code for _ in range(4)] == [409] * 4
    wrong = {"start": "soon"}
    assert client.post(salon.url("hold_create"), wrong, REMOTE_ADDR=ADDRESS).status_code == 400
    assert [press(salon, 1, client=client).status_code for _ in range(3)] == [303, 303, 429]
