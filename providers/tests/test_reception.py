"""Somebody calls or walks in, and the business books for them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.models import Appointment
from booking.models import Client as Known
from booking.tests.cast import make_provider, make_service, make_staff
from customers.models import User
from providers.models import Provider, TimeOff
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

LogIn = Callable[[User], Client]
PAGE = "/provider/book/"
AT_TEN = "2026-11-26T08:00:00Z"  # Thursday, 10:00 in Harare


def known(salon: Salon, **fields: Any) -> Known:
    defaults = {"name": "Chipo Moyo", "phone": "+263772345678"}
    return Known.objects.create(provider=salon.provider, **defaults | fields)


def form(salon: Salon, **fields: Any) -> dict[str, Any]:
    """What the page sends for somebody new at ten."""
    given = {"service": salon.braids.pk, "staff": salon.bobs.pk, "start": AT_TEN, "client": ""}
    return given | {"name": "Rudo", "phone": "", "email": "", "key": "k1"} | fields


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_somebody_new_is_booked(salon: Salon, as_user: LogIn) -> None:
    sent = form(salon, phone="077 234 5678", notes="Short ones")
    response = as_user(salon.alice).post(PAGE, sent, follow=True)
    assert "Booked: Rudo, Thu 26 Nov, 10:00." in words(response)
    made = Appointment.objects.get()
    assert (made.guest_name, made.guest_phone, made.notes) == (
        "Rudo",
        "+263772345678",
        "Short ones",
    )
    assert (made.staff, made.status, made.source) == (salon.bobs, "confirmed", "provider")
    assert made.client is not None
    assert made.client.phone == "+263772345678"


def test_a_name_is_enough(salon: Salon, as_user: LogIn) -> None:
    assert as_user(salon.alice).post(PAGE, form(salon)).status_code == 303
    assert Appointment.objects.get().guest_name == "Rudo"


def test_a_client_is_booked_with_their_contacts(salon: Salon, as_user: LogIn) -> None:
    client = known(salon)
    sent = form(salon, client=client.pk, name="ignored", q="5678")
    assert as_user(salon.alice).post(PAGE, sent).status_code == 303
    made = Appointment.objects.get()
    assert (made.client, made.guest_name, made.guest_phone) == (client, "Chipo Moyo", client.phone)


@pytest.mark.parametrize("text", ["chipo", "5678", "0772345678"])
def test_clients_are_found_by_name_and_by_digits(salon: Salon, as_user: LogIn, text: str) -> None:
    client = known(salon)
    known(salon, name="Tariro", phone="+263771111111")
    Known.objects.create(provider=salon.elsewhere, name="Chipo Elsewhere", phone="+263712345678")
    html = as_user(salon.alice).get(PAGE, {"q": text}).content.decode()
    assert re.findall(r'name="client" value="(\d+)"', html) == [str(client.pk)]
    assert "checked" in html


def test_among_several_nobody_is_chosen_unasked(salon: Salon, as_user: LogIn) -> None:
    known(salon)
    known(salon, name="Chipo Dube", phone="")
    alice = as_user(salon.alice)
    html = alice.get(PAGE, {"q": "chipo"}).content.decode()
    assert not re.search(r'name="client" value="[^"]*" checked', html)
    sent = form(salon, q="chipo", name="chipo")
    del sent["client"]
    response = alice.post(PAGE, sent)
    assert response.status_code == 422
    assert "Choose who it is, or somebody new." in words(response)
    assert not Appointment.objects.exists()


def test_the_next_free_times_are_shown_at_once(salon: Salon, as_user: LogIn) -> None:
    text = words(as_user(salon.alice).get(PAGE, {"service": salon.braids.pk}))
    assert "12:00 Tue 24 Nov" in text  # now: the business's own notice does not count


def test_a_date_shows_all_of_it(salon: Salon, as_user: LogIn) -> None:
    params: dict[str, Any] = {"service": salon.braids.pk, "date": "2026-11-26"}
    html = as_user(salon.alice).get(PAGE, params).content.decode()
    starts = re.findall(r'name="start" value="([^"]+)"', html)
    assert (len(starts), starts[0], starts[-1]) == (
        33,
        "2026-11-26T06:00:00+00:00",
        "2026-11-26T14:00:00+00:00",
    )


def test_a_gap_of_the_calendar_comes_chosen(salon: Salon, as_user: LogIn) -> None:
    params: dict[str, Any] = {"service": salon.braids.pk, "staff": salon.bobs.pk, "start": AT_TEN}
    html = as_user(salon.alice).get(PAGE, params).content.decode()
    assert 'value="2026-11-26T08:00:00+00:00" checked' in html
    assert f'<option value="{salon.bobs.pk}" selected>' in html


def test_beyond_the_horizon_and_before_the_notice(salon: Salon, as_user: LogIn) -> None:
    Provider.objects.update(booking_horizon=1, minimum_notice=600)
    alice = as_user(salon.alice)
    assert alice.post(PAGE, form(salon)).status_code == 303
    soon = form(salon, start="2026-11-24T10:15:00Z", key="k2")
    assert alice.post(PAGE, soon).status_code == 303


def test_never_a_clash(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + 2 * DAY - 2 * HOUR)
    response = as_user(salon.alice).post(PAGE, form(salon, notes="Keep this"))
    assert response.status_code == 409
    text = words(response)
    assert "Keep this" in text
    assert "Rudo" in response.content.decode()
    assert "Thu 26 Nov" in text
    assert Appointment.objects.count() == 1


def test_time_off_counts(salon: Salon, as_user: LogIn) -> None:
    start = NOW + 2 * DAY - 3 * HOUR
    TimeOff.objects.create(
        provider=salon.provider, staff=salon.bobs, start=start, end=start + 4 * HOUR
    )
    assert as_user(salon.alice).post(PAGE, form(salon)).status_code == 409


def test_sent_twice_is_booked_once(salon: Salon, as_user: LogIn) -> None:
    alice = as_user(salon.alice)
    assert [alice.post(PAGE, form(salon)).status_code for _ in range(2)] == [303, 303]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Who is it?"),
        ("phone", "12", "phone"),
        ("email", "nonsense", "email"),
        ("start", "tomorrow", "Please choose one of the times."),
        ("start", "", "Please choose one of the times."),
        ("service", "999999", "Choose what to book."),
        ("service", "x", "on offer"),
        ("client", "999999", "Choose one of your clients."),
        ("client", "x", "Choose one of your clients."),
        ("duration", "7", "durations"),
    ],
)
def test_bad_input_is_said_and_nothing_is_booked(
    salon: Salon, as_user: LogIn, field: str, value: str, says: str
) -> None:
    response = as_user(salon.alice).post(PAGE, form(salon, **{field: value}))
    assert response.status_code == 422
    assert says in words(response)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "params", [{"date": "9999-12-31"}, {"date": "x"}, {"start": "9999-12-31T00:00:00Z"}]
)
def test_odd_addresses_show_a_page(salon: Salon, as_user: LogIn, params: dict[str, str]) -> None:
    given = {"service": str(salon.braids.pk)} | params
    assert as_user(salon.alice).get(PAGE, given).status_code == 200


def test_a_client_of_another_business_is_not_there(salon: Salon, as_user: LogIn) -> None:
    foreign = Known.objects.create(provider=salon.elsewhere, name="Foreign")
    alice = as_user(salon.alice)
    assert alice.get(PAGE, {"client": foreign.pk}).status_code == 404
    response = alice.post(PAGE, form(salon, client=foreign.pk))
    assert response.status_code == 422
    assert "Foreign" not in response.content.decode()
    assert not Appointment.objects.exists()


def test_a_service_of_another_business_is_not_there(salon: Salon, as_user: LogIn) -> None:
    foreign = make_service(salon.elsewhere, [make_staff(salon.elsewhere)])
    response = as_user(salon.alice).post(PAGE, form(salon, service=foreign.pk))
    assert response.status_code == 422
    assert not Appointment.objects.exists()


def test_a_blocked_client_can_be_booked_by_the_business(salon: Salon, as_user: LogIn) -> None:
    client = known(salon, blocked=True)
    assert as_user(salon.alice).post(PAGE, form(salon, client=client.pk)).status_code == 303


# --- staff ----------------------------------------------------------------------------------------


def test_staff_book_for_themselves_alone(salon: Salon, as_user: LogIn) -> None:
    sent = form(salon, staff=salon.tendai.pk)
    assert as_user(salon.bob).post(PAGE, sent).status_code == 303
    assert Appointment.objects.get().staff == salon.bobs


def test_staff_find_their_own_clients_alone(salon: Salon, as_user: LogIn) -> None:
    mine, other = known(salon), known(salon, name="Chipo Dube", phone="")
    start = NOW - DAY
    make_appointment(salon.braids, salon.bobs, start=start, client=mine)
    make_appointment(salon.braids, salon.tendai, start=start, client=other)
    bob = as_user(salon.bob)
    html = bob.get(PAGE, {"q": "chipo"}).content.decode()
    assert re.findall(r'name="client" value="(\d+)"', html) == [str(mine.pk)]
    assert bob.get(PAGE, {"client": other.pk}).status_code == 404


def test_what_they_do_not_perform_is_not_there_for_staff(salon: Salon, as_user: LogIn) -> None:
    other = make_service(salon.provider, [salon.tendai], name="Locks")
    bob = as_user(salon.bob)
    assert "Locks" not in bob.get(PAGE).content.decode()
    assert bob.post(PAGE, form(salon, service=other.pk)).status_code == 422


# --- the page -------------------------------------------------------------------------------------


def test_where_they_came_from_is_where_they_go(salon: Salon, as_user: LogIn) -> None:
    alice = as_user(salon.alice)
    calendar = reverse("provider_dashboard") + "?date=2026-11-26"
    assert alice.post(PAGE, form(salon, next=calendar))["Location"] == calendar
    away = form(salon, next="https://evil.example/", start="2026-11-26T10:00:00Z", key="k3")
    assert alice.post(PAGE, away)["Location"].startswith("/provider/appointments/")


def test_a_fragment_is_a_fragment(salon: Salon, as_user: LogIn) -> None:
    headers = {"hx-request": "true", "hx-target": "times"}
    response = as_user(salon.alice).get(PAGE, {"service": salon.braids.pk}, headers=headers)
    html = response.content.decode()
    assert html.lstrip().startswith('<fieldset id="times">')
    assert "<html" not in html


def test_without_services_it_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    make_provider(salon.dana, slug="new", name="New")
    text = words(as_user(salon.dana).get(PAGE))
    assert "Nothing to book yet" in text


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(salon: Salon, as_user: LogIn, number: int) -> None:
    for each in range(number):
        staff = make_staff(salon.provider)
        make_service(salon.provider, [staff])
        known(salon, phone="")
        make_appointment(salon.braids, staff, start=NOW + timedelta(days=1, hours=each))
    alice = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        alice.get(PAGE, {"service": str(salon.braids.pk), "q": "chipo"})
    # Session, person, two for memberships; services with staff and resources; clients; free time.
    assert len(queries) == 11
