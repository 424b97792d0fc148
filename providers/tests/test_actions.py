"""Accept, decline, cancel, complete, no-show: by plain form and by HTMX."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment, AppointmentEvent, OutboxJob, Status
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

CASES = [
    ("accept", Status.PENDING, Status.CONFIRMED),
    ("decline", Status.PENDING, Status.DECLINED),
    ("cancel", Status.PENDING, Status.CANCELLED),
    ("cancel", Status.CONFIRMED, Status.CANCELLED),
    ("complete", Status.CONFIRMED, Status.COMPLETED),
    ("no-show", Status.CONFIRMED, Status.NO_SHOW),
]


def appointment_for(salon: Salon, action: str, before: Status) -> Appointment:
    """An appointment to which ``action`` can be done now."""
    started = action in {"complete", "no-show"}
    start = NOW - HOUR / 2 if started else NOW + HOUR
    return make_appointment(salon.braids, salon.bobs, start=start, status=before)


def url(appointment: Appointment, action: str) -> str:
    return f"/provider/appointments/{appointment.pk}/{action}/"


def press(client: Client, appointment: Appointment, action: str, **data: Any) -> Any:
    """Do what HTMX does when a button of the row is pressed."""
    headers = {"HX-Request": "true", "HX-Target": f"appointment-{appointment.pk}"}
    return client.post(url(appointment, action), data, headers=headers)


def history(appointment: Appointment) -> list[tuple[str, str, str, Any]]:
    events = AppointmentEvent.objects.filter(appointment=appointment)[1:]
    return [(event.action, event.to_status, event.reason, event.by) for event in events]


@pytest.mark.parametrize(("action", "before", "after"), CASES)
def test_plain_form_does_it_and_returns(
    salon: Salon, as_user: LogIn, action: str, before: Status, after: Status
) -> None:
    appointment = appointment_for(salon, action, before)
    response = as_user(salon.alice).post(
        url(appointment, action), {"next": "/provider/appointments/?status=pending"}
    )
    assert (response.status_code, response["Location"]) == (
        303,
        "/provider/appointments/?status=pending",
    )
    appointment.refresh_from_db()
    assert appointment.status == after
    assert [(each[1], each[3]) for each in history(appointment)] == [(after, salon.alice)]


@pytest.mark.parametrize(("action", "before", "after"), CASES)
def test_htmx_does_it_and_gets_the_row(
    salon: Salon, as_user: LogIn, action: str, before: Status, after: Status
) -> None:
    appointment = appointment_for(salon, action, before)
    response = press(as_user(salon.alice), appointment, action)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.lstrip().startswith(f'<li id="appointment-{appointment.pk}"')
    assert f'<span class="status status-{after}">{after.label}</span>' in html
    assert 'hx-swap-oob="innerHTML"' in html
    assert "appointment-changed" in response["HX-Trigger"]
    appointment.refresh_from_db()
    assert appointment.status == after


@pytest.mark.parametrize(("action", "before", "after"), CASES)
def test_repeat_is_harmless(
    salon: Salon, as_user: LogIn, action: str, before: Status, after: Status
) -> None:
    appointment = appointment_for(salon, action, before)
    client = as_user(salon.alice)
    first, second = (press(client, appointment, action).status_code for _ in range(2))
    assert (first, second) == (200, 200)
    assert len(history(appointment)) == 1
    assert OutboxJob.objects.filter(kind="appointment_event").count() == 1


def test_reason_reaches_the_history(salon: Salon, as_user: LogIn) -> None:
    appointment = appointment_for(salon, "decline", Status.PENDING)
    as_user(salon.alice).post(url(appointment, "decline"), {"reason": "  We are closed.  "})
    assert history(appointment) == [
        ("declined", Status.DECLINED, "We are closed.", salon.alice),
    ]


def test_without_next_it_returns_to_the_appointment(salon: Salon, as_user: LogIn) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    response = as_user(salon.alice).post(url(appointment, "accept"))
    assert response["Location"] == f"/provider/appointments/{appointment.pk}/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///x"),
        *("foo", "provider", "provider:home", "me/", ".", "?x", "#x", "/\\evil.example/"),
    ],
)
def test_next_never_leads_to_another_site(salon: Salon, as_user: LogIn, elsewhere: str) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    response = as_user(salon.alice).post(url(appointment, "accept"), {"next": elsewhere})
    assert response["Location"] == f"/provider/appointments/{appointment.pk}/"


@pytest.mark.parametrize("action", ["accept", "complete", "no-show"])
def test_get_is_405_and_changes_nothing(salon: Salon, as_user: LogIn, action: str) -> None:
    appointment = appointment_for(salon, action, Status.PENDING)
    response = as_user(salon.alice).get(url(appointment, action))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    appointment.refresh_from_db()
    assert appointment.status == Status.PENDING


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_get_asks_why_and_changes_nothing(salon: Salon, as_user: LogIn, action: str) -> None:
    appointment = appointment_for(salon, action, Status.PENDING)
    response = as_user(salon.alice).get(url(appointment, action), {"next": "/provider/"})
    html = response.content.decode()
    assert response.status_code == 200
    assert 'name="reason"' in html
    assert '<input type="hidden" name="next" value="/provider/">' in html
    appointment.refresh_from_db()
    assert appointment.status == Status.PENDING


def test_dialog_gets_the_form_alone_and_aims_at_the_row(salon: Salon, as_user: LogIn) -> None:
    appointment = appointment_for(salon, "decline", Status.PENDING)
    headers = {"HX-Request": "true", "HX-Target": "sheet"}
    html = as_user(salon.alice).get(url(appointment, "decline"), headers=headers).content.decode()
    assert "<html" not in html
    assert f'hx-target="#appointment-{appointment.pk}"' in html


def test_form_for_what_is_over_says_so(salon: Salon, as_user: LogIn) -> None:
    appointment = appointment_for(salon, "decline", Status.DECLINED)
    html = as_user(salon.alice).get(url(appointment, "decline")).content.decode()
    assert "Not possible any more: declined." in html
    assert 'name="reason"' not in html


def test_reason_that_is_too_long_changes_nothing(salon: Salon, as_user: LogIn) -> None:
    appointment = appointment_for(salon, "decline", Status.PENDING)
    client = as_user(salon.alice)
    plain = client.post(url(appointment, "decline"), {"reason": "x" * 501})
    quick = press(client, appointment, "decline", reason="x" * 501)
    assert (plain.status_code, quick.status_code) == (422, 422)
    assert "at most 500 characters" in plain.content.decode()
    assert quick["HX-Retarget"] == "#sheet"
    appointment.refresh_from_db()
    assert appointment.status == Status.PENDING


def test_somebody_else_was_quicker_htmx_shows_the_row_as_it_is(
    salon: Salon, as_user: LogIn
) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    lifecycle.cancel(appointment, by=Actor.provider(salon.mary), now=NOW)
    response = press(as_user(salon.alice), appointment, "accept")
    html = response.content.decode()
    assert response.status_code == 409
    assert "This appointment is already: cancelled." in html
    assert "status-cancelled" in html
    assert "HX-Trigger" not in response


def test_somebody_else_was_quicker_plain_form_shows_the_appointment(
    salon: Salon, as_user: LogIn
) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    lifecycle.cancel(appointment, by=Actor.provider(salon.mary), now=NOW)
    response = as_user(salon.alice).post(url(appointment, "accept"), {"next": "/provider/"})
    assert response.status_code == 409
    assert "This appointment is already: cancelled." in response.content.decode()


@pytest.mark.parametrize("action", ["complete", "no-show"])
def test_what_has_not_begun_cannot_be_over(salon: Salon, as_user: LogIn, action: str) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    response = press(as_user(salon.alice), appointment, action)
    assert response.status_code == 409
    assert "once the appointment has started" in response.content.decode()
    appointment.refresh_from_db()
    assert appointment.status == Status.CONFIRMED


@pytest.mark.parametrize("action", ["explode", "expire", "booked", "accepted", "no_show"])
def test_unknown_actions_are_404(salon: Salon, as_user: LogIn, action: str) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    assert as_user(salon.alice).post(url(appointment, action)).status_code == 404
    appointment.refresh_from_db()
    assert appointment.status == Status.PENDING


def test_unknown_id_is_404(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    assert client.post("/provider/appointments/987654321/accept/").status_code == 404
    assert client.post(f"/provider/appointments/{10**30}/accept/").status_code == 404


def test_form_needs_its_token(salon: Salon) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    client = Client(enforce_csrf_checks=True)
    client.force_login(salon.alice)
    assert client.post(url(appointment, "accept")).status_code == 403
    appointment.refresh_from_db()
    assert appointment.status == Status.PENDING


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_405(salon: Salon, as_user: LogIn, method: str) -> None:
    appointment = appointment_for(salon, "accept", Status.PENDING)
    response = getattr(as_user(salon.alice), method)(url(appointment, "accept"))
    assert response.status_code == 405
