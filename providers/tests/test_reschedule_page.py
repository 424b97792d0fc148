"""The provider moves an appointment: the customers' grid, without the customers' notice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from booking.models import Appointment, AppointmentEvent, Status
from booking.tests.cast import make_service
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
FREE = "2026-11-24T13:00:00Z"
"""15:00 in Harare, today."""


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)


def url(appointment: Appointment) -> str:
    return f"/provider/appointments/{appointment.pk}/reschedule/"


def test_page_shows_free_times_as_plain_buttons(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    html = as_user(salon.alice).get(url(booked)).content.decode()
    assert "<button name=start value=2026-11-24T13:00Z>15:00</button>" in html
    assert f'<form method="post" action="{url(booked)}"' in html


def test_customers_notice_does_not_bind_the_business(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    salon.provider.minimum_notice = 24 * 60
    salon.provider.save()
    client = as_user(salon.alice)
    assert "value=2026-11-24T13:00Z" in client.get(url(booked)).content.decode()
    assert client.post(url(booked), {"start": FREE}).status_code == 303


def test_own_old_time_does_not_stand_in_the_way(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    start = booked.start + timedelta(minutes=15)
    client = as_user(salon.alice)
    assert "value=2026-11-24T11:15Z" in client.get(url(booked)).content.decode()
    response = client.post(url(booked), {"start": start.isoformat()})
    assert response.status_code == 303
    booked.refresh_from_db()
    assert booked.start == start


def test_post_moves_it_keeps_the_person_and_writes_history(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    response = as_user(salon.mary).post(url(booked), {"start": FREE, "next": "/provider/"})
    assert (response.status_code, response["Location"]) == (303, "/provider/")
    booked.refresh_from_db()
    assert (booked.start, booked.end) == (NOW + 3 * HOUR, NOW + 4 * HOUR)
    assert (booked.staff, booked.status) == (salon.bobs, Status.CONFIRMED)
    event = AppointmentEvent.objects.filter(appointment=booked).last()
    assert event is not None
    assert (event.action, event.by, event.from_start) == ("rescheduled", salon.mary, NOW + HOUR)


def test_it_can_go_to_a_colleague(salon: Salon, as_user: LogIn, booked: Appointment) -> None:
    data = {"start": FREE, "staff": salon.tendai.pk}
    assert as_user(salon.alice).post(url(booked), data).status_code == 303
    booked.refresh_from_db()
    assert booked.staff == salon.tendai


def test_anyone_stays_with_the_same_person_when_free(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    as_user(salon.alice).post(url(booked), {"start": FREE, "staff": "any"})
    booked.refresh_from_db()
    assert (booked.staff, booked.start) == (salon.bobs, NOW + 3 * HOUR)


def test_repeat_is_harmless(salon: Salon, as_user: LogIn, booked: Appointment) -> None:
    client = as_user(salon.alice)
    statuses = [client.post(url(booked), {"start": FREE}).status_code for _ in range(2)]
    assert statuses == [303, 303]
    assert booked.events.filter(action="rescheduled").count() == 1


def test_taken_time_is_409_with_the_nearest_free_ones(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + 3 * HOUR)
    response = as_user(salon.alice).post(url(booked), {"start": FREE})
    html = response.content.decode()
    assert response.status_code == 409
    assert "Sorry, this time has just been taken." in html
    assert len(response.context["error"].alternatives) == 5
    assert 'value="2026-11-24T12:00:00+00:00"' in html
    booked.refresh_from_db()
    assert booked.start == NOW + HOUR


def test_alternative_that_is_pressed_is_taken(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + 3 * HOUR)
    client = as_user(salon.alice)
    refused = client.post(url(booked), {"start": FREE})
    start = refused.context["error"].alternatives[0].start
    assert client.post(url(booked), {"start": start.isoformat()}).status_code == 303
    booked.refresh_from_db()
    assert booked.start == start


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"start": ""},
        {"start": "yesterday"},
        {"start": "2026-11-24T13:00"},
        {"start": "9999-12-31T23:59:59-12:00"},
        {"start": "2099-01-01T00:00:00Z"},
        {"start": "\x00"},
        {"start": FREE, "staff": "x"},
        {"start": FREE, "staff": "999999999999999999999"},
        {"start": FREE, "staff": "-1"},
        {"start": FREE, "staff": "12345678"},
    ],
)
def test_what_cannot_be_read_is_422_and_moves_nothing(
    salon: Salon, as_user: LogIn, booked: Appointment, data: dict[str, str]
) -> None:
    response = as_user(salon.alice).post(url(booked), data)
    assert response.status_code == 422
    booked.refresh_from_db()
    assert (booked.start, booked.staff) == (NOW + HOUR, salon.bobs)


@pytest.mark.parametrize(
    "start", ["2026-11-24T09:00:00Z", "2026-11-24T13:07:00Z", "2026-11-24T20:00:00Z"]
)
def test_past_off_step_and_closed_times_are_409(
    salon: Salon, as_user: LogIn, booked: Appointment, start: str
) -> None:
    assert as_user(salon.alice).post(url(booked), {"start": start}).status_code == 409
    booked.refresh_from_db()
    assert booked.start == NOW + HOUR


def test_staff_of_another_business_is_422(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    stranger = salon.elsewhere.staff.create(name="Stranger")
    data = {"start": FREE, "staff": stranger.pk}
    assert as_user(salon.alice).post(url(booked), data).status_code == 422


@pytest.mark.parametrize(
    "query", [{"view": "year"}, {"date": "soon"}, {"staff": "x"}, {"date": "\x00"}]
)
def test_bad_address_shows_the_week_and_says_so(
    salon: Salon, as_user: LogIn, booked: Appointment, query: dict[str, str]
) -> None:
    response = as_user(salon.alice).get(url(booked), query)
    assert response.status_code == 422
    assert "value=2026-11-24T13:00Z" in response.content.decode()


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.DECLINED])
def test_what_is_over_cannot_be_moved(salon: Salon, as_user: LogIn, status: Status) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, status=status)
    client = as_user(salon.alice)
    for response in (client.get(url(appointment)), client.post(url(appointment), {"start": FREE})):
        assert response.status_code == 409
        assert f"This appointment is already: {status.label.lower()}." in response.content.decode()
    appointment.refresh_from_db()
    assert appointment.start == NOW + DAY


def test_staff_who_do_not_perform_it_any_more_are_told(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    salon.braids.staff.remove(salon.bobs)
    response = as_user(salon.bob).get(url(booked))
    assert response.status_code == 409
    assert "You do not perform this service any more" in response.content.decode()


def test_service_that_needs_nobody_can_be_moved(salon: Salon, as_user: LogIn) -> None:
    room = salon.provider.resources.create(name="Room")
    service = make_service(salon.provider, resources=[room], name="Room for an hour")
    appointment = make_appointment(service, None, start=NOW + HOUR)
    client = as_user(salon.alice)
    assert "value=2026-11-24T13:00Z" in client.get(url(appointment)).content.decode()
    assert client.post(url(appointment), {"start": FREE}).status_code == 303
    appointment.refresh_from_db()
    assert appointment.start == NOW + 3 * HOUR


def test_grid_refreshes_alone_and_unchanged_is_304(
    salon: Salon, as_user: LogIn, booked: Appointment
) -> None:
    client = as_user(salon.alice)
    grid_url = client.get(url(booked)).context["grid"].url
    headers = {"HX-Request": "true", "HX-Target": "grid"}
    first = client.get(grid_url, headers=headers)
    assert "<html" not in first.content.decode()
    again = client.get(grid_url, headers=headers | {"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_appointment(salon.braids, salon.bobs, start=NOW + 3 * HOUR)
    changed = client.get(grid_url, headers=headers | {"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "<s>15:00</s>" in changed.content.decode()
