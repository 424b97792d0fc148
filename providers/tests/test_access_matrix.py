"""Who may open which page of the business: every role at every address."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse

from booking.models import (
    Appointment,
    AppointmentEvent,
    Delivery,
    Hold,
    Notification,
    OutboxJob,
    Session,
    Status,
    Wording,
)
from booking.notifications.wording import Message
from customers.models import User
from providers.models import Staff
from providers.tests.salon import DAY, HOUR, NOW, Salon
from providers.tests.salon import make_appointment as make_bare_appointment
from providers.urls import urlpatterns

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

ROLES = ["alice", "mary", "bob", "charlie", "dana", "visitor"]
GET = {
    # page: owner, manager, staff on own, staff on others', other owner, customer
    "provider_dashboard": [200, 200, 200, 200, 200, 200],
    "provider_appointments": [200, 200, 200, 200, 200, 404],
    "provider_appointment": [200, 200, 200, 404, 404, 404],
    "provider_appointment_reschedule": [200, 200, 200, 404, 404, 404],
    "provider_appointment_action:decline": [200, 200, 200, 404, 404, 404],
    "provider_appointment_action:cancel": [200, 200, 200, 404, 404, 404],
    "provider_appointment_action:accept": [405, 405, 405, 404, 404, 404],
    "provider_appointment_action:complete": [405, 405, 405, 404, 404, 404],
    "provider_appointment_action:no-show": [405, 405, 405, 404, 404, 404],
    "provider_message_again": [405, 405, 405, 405, 405, 404],
    "provider_messages": [200, 200, 404, 404, 200, 404],
    "provider_messages_preview": [405, 405, 404, 404, 405, 404],
}
POST = {
    "provider_dashboard": [405, 405, 405, 405, 405, 405],
    "provider_appointments": [405, 405, 405, 405, 405, 404],
    "provider_appointment": [405, 405, 405, 405, 405, 404],
    "provider_appointment_reschedule": [422, 422, 422, 404, 404, 404],
    "provider_appointment_action:decline": [303, 303, 303, 404, 404, 404],
    "provider_appointment_action:cancel": [303, 303, 303, 404, 404, 404],
    "provider_appointment_action:accept": [303, 303, 303, 404, 404, 404],
    "provider_appointment_action:complete": [409, 409, 409, 404, 404, 404],
    "provider_appointment_action:no-show": [409, 409, 409, 404, 404, 404],
    "provider_message_again": [303, 303, 303, 404, 404, 404],
    "provider_messages": [303, 303, 404, 404, 303, 404],
    "provider_messages_preview": [200, 200, 404, 404, 200, 404],
}
WITHOUT_APPOINTMENT = {
    *("provider_dashboard", "provider_appointments"),
    *("provider_messages", "provider_messages_preview"),
}
CHANGING = (
    *(Appointment, AppointmentEvent, Session, Hold, OutboxJob),
    *(Notification, Delivery, Wording),
)
SENT = {"start": "2026-11-26T08:00:00Z", "confirmation": "Ours", "reminder": "Ours"}


def address(page: str, appointment: Appointment) -> str:
    name, _, action = page.partition(":")
    args: list[object] = []
    if name not in WITHOUT_APPOINTMENT:
        args.append(appointment.pk)
    if name == "provider_message_again":
        args.append(appointment.notifications.get().pk)
    return reverse(name, args=[*args, action] if action else args)


def make_appointment(salon: Salon, staff: Staff, *, start: datetime = NOW + DAY) -> Appointment:
    """A request of which the customer was told."""
    made = make_bare_appointment(salon.braids, staff, start=start, status=Status.PENDING)
    told = Notification.objects.create(
        side="customer",
        kind="bookings",
        provider=salon.provider,
        appointment=made,
        title="Your request is sent",
        path=made.get_absolute_url(),
        dedupe=f"test:{made.pk}",
        message=Message("Sent", "Sent", [], [], "", "").as_json(),
    )
    Delivery.objects.create(notification=told, channel="email", status="sent")
    return made


def everything() -> str:
    return "".join(
        serializers.serialize("json", model.objects.order_by("pk")) for model in CHANGING
    )


def answers(
    salon: Salon, as_user: LogIn, page: str, ask: Callable[[Client, str], int]
) -> list[int]:
    """What owner, manager, staff (own and others'), other owner and customer get, each afresh."""
    own = [salon.alice, salon.mary, salon.bob]
    others = [salon.bob, salon.charlie, salon.dana]
    got = []
    for number, (user, staff) in enumerate(
        [(user, salon.bobs) for user in own] + [(user, salon.tendai) for user in others]
    ):
        appointment = make_appointment(salon, staff, start=NOW + DAY + number * HOUR)
        got.append(ask(as_user(user), address(page, appointment)))
    return got


def test_the_table_names_every_address() -> None:
    named = {page.partition(":")[0] for page in GET}
    assert named == {pattern.name for pattern in urlpatterns}
    assert GET.keys() == POST.keys()


@pytest.mark.parametrize("page", GET)
def test_get(salon: Salon, as_user: LogIn, page: str) -> None:
    assert answers(salon, as_user, page, lambda c, url: c.get(url).status_code) == GET[page]


@pytest.mark.parametrize("page", POST)
def test_post(salon: Salon, as_user: LogIn, page: str) -> None:
    assert answers(salon, as_user, page, lambda c, url: c.post(url).status_code) == POST[page]


@pytest.mark.parametrize("page", GET)
def test_visitor_is_sent_to_log_in_with_the_way_back(salon: Salon, page: str) -> None:
    appointment = make_appointment(salon, salon.bobs)
    url = address(page, appointment)
    for response in (Client().get(url), Client().post(url)):
        assert (response.status_code, response["Location"]) == (
            302,
            f"/accounts/login/?next={url}",
        )


@pytest.mark.parametrize("page", GET)
def test_refused_posts_change_nothing(salon: Salon, as_user: LogIn, page: str) -> None:
    appointment = make_appointment(salon, salon.tendai)
    before = everything()
    for user in (salon.bob, salon.charlie, salon.dana):
        # Charlie's words are his own to change, at his own business.
        url = address(page, appointment) + ("?business=salon" if user == salon.charlie else "")
        as_user(user).post(url, SENT)
    Client().post(address(page, appointment), SENT)
    assert everything() == before


@pytest.mark.parametrize("page", GET)
@pytest.mark.parametrize("role", ROLES)
def test_no_get_changes_anything(salon: Salon, as_user: LogIn, page: str, role: str) -> None:
    appointment = make_appointment(salon, salon.bobs)
    before = everything()
    client = Client() if role == "visitor" else as_user(getattr(salon, role))
    client.get(address(page, appointment), SENT | {"reason": "no"})
    client.head(address(page, appointment))
    assert everything() == before
