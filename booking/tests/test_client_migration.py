"""Appointments from before clients were kept get theirs."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Client
from booking.tests.cast import make_provider, make_service, make_user
from providers.models import Provider
from providers.tests.salon import DAY, NOW, make_appointment

pytestmark = pytest.mark.django_db
migration = import_module("booking.migrations.0008_clients_of_appointments")


def booked(provider: Provider, number: int, **contact: Any) -> Appointment:
    service = provider.services.first() or make_service(provider)
    fields: dict[str, Any] = {"guest_name": "", "guest_email": "", "guest_phone": ""} | contact
    return make_appointment(service, None, start=NOW - number * DAY, **fields)


def link() -> None:
    migration.link(apps, None)


def groups() -> list[set[int]]:
    """The appointments that share a client, by when they were made."""
    found: dict[int, set[int]] = {}
    for pk, client in Appointment.objects.values_list("pk", "client"):
        found.setdefault(client or 0, set()).add(pk)
    return sorted((pks for client, pks in found.items() if client), key=min)


def test_each_person_becomes_one_client() -> None:
    salon, elsewhere = make_provider(), make_provider()
    dana = make_user("dana@example.com", name="Dana", phone="+263772000111")
    account = [
        booked(salon, 1, customer=dana),
        booked(salon, 2, customer=dana, guest_phone="+263772000222"),
        booked(salon, 3, guest_name="D", guest_email="Dana@example.com"),
    ]
    ann = [
        booked(salon, 4, guest_name="Ann", guest_email="ann@example.com"),
        booked(salon, 5, guest_name="Ann M", guest_email="Ann@Example.com", guest_phone="+2637711"),
        booked(salon, 6, guest_name="Ann", guest_phone="+2637711"),
    ]
    phone = [booked(salon, number, guest_name="B", guest_phone="+2637722") for number in (7, 8)]
    names = [booked(salon, number, guest_name="Walk-in") for number in (9, 10)]
    other = booked(elsewhere, 1, guest_name="Ann", guest_email="ann@example.com")
    nobody = booked(salon, 11)
    link()
    pks = [{one.pk for one in group} for group in (account, ann, phone)]
    assert groups() == [*pks, *({one.pk} for one in names), {other.pk}]
    nobody.refresh_from_db()
    assert nobody.client is None


def test_the_latest_booking_describes_them() -> None:
    salon = make_provider()
    booked(salon, 2, guest_name="Ann", guest_email="ann@example.com")
    booked(salon, 1, guest_name="Ann Moyo", guest_email="ANN@example.com", guest_phone="+2637711")
    link()
    client = Client.objects.get()
    assert (client.name, client.email, client.phone, client.identity) == (
        *("Ann Moyo", "ann@example.com", "+2637711"),
        "email:ann@example.com",
    )


def test_an_account_is_named_by_itself() -> None:
    salon = make_provider()
    dana = make_user("dana@example.com", name="Dana", phone="+263772000111")
    booked(salon, 1, customer=dana)
    link()
    client = Client.objects.get()
    assert (client.user, client.name, client.email, client.phone, client.identity) == (
        *(dana, "Dana", "dana@example.com", "+263772000111"),
        f"user:{dana.pk}",
    )


def test_a_repeat_changes_nothing() -> None:
    salon = make_provider()
    booked(salon, 1, guest_name="Ann", guest_email="ann@example.com")
    link()
    before = list(Client.objects.values())
    link()
    assert list(Client.objects.values()) == before


def test_the_number_of_queries_does_not_grow_with_the_rows() -> None:
    salon = make_provider()

    def cost(number: int) -> int:
        for each in range(number):
            email = f"guest{each}-{number}@example.com"
            booked(salon, each + 1, guest_name="Ann", guest_email=email)
        with CaptureQueriesContext(connection) as queries:
            link()
        return len(queries)

    assert cost(1) == cost(20)
