"""An appointment's page: what its customer was sent, how that went, and sending it again."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import Appointment, Delivery, Notification, OutboxJob
from booking.notifications.telling import tell
from customers.models import User
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
Status = Delivery.Status


def told(salon: Salon, **fields: Any) -> Appointment:
    """An appointment of which everybody was told, as the jobs do it."""
    values: dict[str, Any] = {"start": NOW + DAY, "staff": salon.bobs} | fields
    appointment = make_appointment(salon.braids, values.pop("staff"), **values)
    for event in appointment.events.all():
        tell(event, now=NOW)
    return appointment


def message_to_customer(appointment: Appointment) -> Notification:
    return Notification.objects.get(appointment=appointment, side="customer")


def page(appointment: Appointment) -> str:
    return f"/provider/appointments/{appointment.pk}/"


def again(appointment: Appointment) -> str:
    return f"{page(appointment)}messages/{message_to_customer(appointment).pk}/again/"


def section(client: Client, appointment: Appointment) -> str:
    """The section's words."""
    html = client.get(page(appointment)).content.decode()
    [found] = re.findall(
        r'<section class="panel" aria-labelledby="sent">(.*?)</section>', html, re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


def press(client: Client, appointment: Appointment) -> str:
    """Press "Send again"; return what the page says then."""
    response = client.post(again(appointment), follow=True)
    assert response.redirect_chain == [(page(appointment), 303)]
    [said] = [str(each) for each in response.context["messages"]]
    assert said in response.content.decode()
    return said


def set_delivery(appointment: Appointment, **fields: Any) -> None:
    Delivery.objects.filter(notification__appointment=appointment).update(**fields)


def test_it_says_what_was_sent_by_which_way_and_when(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon)
    alice = as_user(salon.alice)
    assert section(alice, appointment) == (
        "Messages to Guest Gumbo Tue 24 Nov, 12:00 Your request is sent "
        "On its way Email Tue 24 Nov, 12:00 Send again : Your request is sent"
    )
    run_due(HANDLERS)
    assert "Sent Email Tue 24 Nov, 12:00" in section(alice, appointment)


def test_a_customer_with_an_account_has_it_listed_too(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon, customer=salon.dana)
    words = section(as_user(salon.alice), appointment)
    assert "Listed On Nguva Tue 24 Nov, 12:00 On its way Email Tue 24 Nov, 12:00" in words


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (Status.FAILED, "bounced", "Failed Email"),
        (Status.FAILED, "", "Failed Email"),
        (
            Status.IMPOSSIBLE,
            "no contact",
            "No way to reach them Email: no address or number for it",
        ),
        (Status.SKIPPED, "opted out", "Not wanted Email: they asked for no more of these"),
        (Status.SKIPPED, "overtaken", "Not wanted Email: the booking had changed or begun"),
    ],
)
def test_failed_and_impossible_ones_say_so(
    salon: Salon, as_user: LogIn, status: Status, error: str, words: str
) -> None:
    appointment = told(salon)
    set_delivery(appointment, status=status, error=error)
    assert words in section(as_user(salon.alice), appointment)


def test_nobody_to_write_to_is_told(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon, guest_email="")
    words = section(as_user(salon.alice), appointment)
    assert "No way to reach them Email: no address or number for it" in words


def test_without_messages_it_says_so(salon: Salon, as_user: LogIn) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    words = section(as_user(salon.alice), appointment)
    assert words == "Messages to Guest Gumbo Nothing was sent yet."


def test_messages_to_the_business_are_not_shown(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon)
    assert Notification.objects.filter(appointment=appointment, side="provider").exists()
    assert "New request" not in section(as_user(salon.alice), appointment)


def test_names_are_text_not_markup(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon, guest_name="<script>1</script>")
    stored = message_to_customer(appointment)
    stored.message["headline"] = "<script>2</script>"
    stored.save()
    html = as_user(salon.alice).get(page(appointment)).content.decode()
    assert not re.search(r"<script>\d", html)


@pytest.mark.parametrize("role", ["alice", "mary", "bob"])
def test_send_again_sends_again(salon: Salon, as_user: LogIn, role: str) -> None:
    appointment = told(salon)
    run_due(HANDLERS)
    mail.outbox.clear()
    assert press(as_user(getattr(salon, role)), appointment) == "On its way again: Email."
    run_due(HANDLERS)
    assert [sent.to for sent in mail.outbox] == [["guest@example.com"]]
    words = section(as_user(salon.alice), appointment)
    assert "Sent Email Tue 24 Nov, 12:00 Sent Email again Tue 24 Nov, 12:00" in words


def test_it_goes_where_the_customer_is_today(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon, guest_email="")
    Appointment.objects.filter(pk=appointment.pk).update(guest_email="right@example.com")
    assert press(as_user(salon.alice), appointment) == "On its way again: Email."
    run_due(HANDLERS)
    assert ["right@example.com"] in [sent.to for sent in mail.outbox]


def test_nobody_to_write_to_cannot_be_sent_again(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon, guest_email="")
    said = press(as_user(salon.alice), appointment)
    assert said == "It cannot be sent: no address or number for it."


def test_what_is_still_on_its_way_is_not_doubled(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon)
    jobs = OutboxJob.objects.count()
    assert press(as_user(salon.alice), appointment) == "It is on its way already."
    assert OutboxJob.objects.count() == jobs


def test_once_a_minute_for_one_appointment(salon: Salon, as_user: LogIn) -> None:
    appointment, other = told(salon), told(salon, start=NOW + 2 * DAY)
    run_due(HANDLERS)
    alice = as_user(salon.alice)
    with time_machine.travel(NOW, tick=False) as clock:
        press(alice, appointment)
        run_due(HANDLERS)
        clock.shift(timedelta(seconds=59))
        wait = "Sent again a moment ago. Please wait a minute."
        assert press(as_user(salon.mary), appointment) == wait
        assert press(alice, other) == "On its way again: Email."
        clock.shift(timedelta(seconds=2))
        assert press(alice, appointment) == "On its way again: Email."


def test_staff_see_and_send_their_own_alone(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon, staff=salon.tendai)
    bob = as_user(salon.bob)
    assert bob.get(page(appointment)).status_code == 404
    assert bob.post(again(appointment)).status_code == 404


@pytest.mark.parametrize("role", ["charlie", "dana"])
def test_strangers_and_customers_get_404(salon: Salon, as_user: LogIn, role: str) -> None:
    appointment = told(salon, customer=salon.dana)
    before = Delivery.objects.count()
    assert as_user(getattr(salon, role)).post(again(appointment)).status_code == 404
    assert Delivery.objects.count() == before


def test_a_message_about_another_appointment_or_to_the_business_is_404(
    salon: Salon, as_user: LogIn
) -> None:
    mine, other = told(salon), told(salon, start=NOW + 2 * DAY, staff=salon.tendai)
    to_business = Notification.objects.filter(appointment=mine, side="provider").first()
    assert to_business is not None
    bob = as_user(salon.bob)
    for pk in (message_to_customer(other).pk, to_business.pk, 999999):
        assert bob.post(f"{page(mine)}messages/{pk}/again/").status_code == 404


def test_opening_the_address_sends_nothing(salon: Salon, as_user: LogIn) -> None:
    appointment = told(salon)
    before = Delivery.objects.count()
    assert as_user(salon.alice).get(again(appointment)).status_code == 405
    assert Delivery.objects.count() == before


def test_the_form_needs_its_token(salon: Salon) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(salon.alice)
    assert strict.post(again(told(salon))).status_code == 403


@pytest.mark.parametrize("messages", [1, 12])
def test_queries_do_not_grow(salon: Salon, as_user: LogIn, messages: int) -> None:
    appointment = told(salon)
    copy = message_to_customer(appointment)
    for number in range(1, messages):
        copy.pk, copy.dedupe = None, f"copy:{number}"
        copy.save()
        Delivery.objects.create(notification=copy, channel="email", status=Status.SENT)
    alice = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        assert alice.get(page(appointment)).status_code == 200
    assert len(queries) == 8
