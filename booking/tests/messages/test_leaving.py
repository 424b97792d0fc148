"""Whoever left the business, or lost a booking to a colleague, reads no more than they should."""

import pytest
from django.core.mail import EmailMultiAlternatives

from booking.domain.actors import Actor
from booking.domain.lifecycle import cancel, reschedule
from booking.domain.orders import place_order
from booking.domain.reviews import write_review
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_next
from booking.models import Appointment, Delivery, Notification, OutboxJob, Status
from booking.notifications.recipients import recipients_of
from booking.tests import cast
from booking.tests.jobs.salon import DAY, NOW, START, Salon, deliver, only, to_customer
from booking.tests.messages.test_invitations import gist
from customers.models import User
from providers.models import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

GUEST = Actor.guest()


def hire(salon: Salon) -> User:
    salon.rudo.user = cast.make_user("bob@example.com", name="Rudo Bob")
    salon.rudo.save()
    return salon.rudo.user


def told(appointment: Appointment) -> list[str]:
    event = appointment.events.get()
    return [str(one.user) for one in recipients_of(event) if one.user is not None]


def test_archived_staff_are_not_told(salon: Salon) -> None:
    hire(salon)
    appointment = salon.book()
    assert told(appointment) == ["Alice Ncube", "Rudo Bob"]
    salon.rudo.active = False
    salon.rudo.save()
    assert told(appointment) == ["Alice Ncube"]


def test_closed_accounts_are_not_told(salon: Salon) -> None:
    hire(salon)
    appointment = salon.book()
    User.objects.update(is_active=False)
    assert told(appointment) == []


@pytest.mark.parametrize("how", ["archived", "closed", "elsewhere"])
def test_whoever_leaves_before_the_mail_does_gets_none(salon: Salon, how: str) -> None:
    bob = hire(salon)
    salon.book()
    run_next(HANDLERS)
    if how == "closed":
        bob.is_active = False
        bob.save()
    elif how == "archived":
        salon.rudo.active = False
    else:
        salon.rudo.user = None
    salon.rudo.save()
    addresses = {address for sent in deliver() for address in sent.to}
    assert addresses == {"chipo@example.com", "studio@example.com"}
    his = Delivery.objects.get(notification__recipient=bob, channel="email")
    assert (his.status, his.error) == ("skipped", "not wanted")


def manager(salon: Salon) -> User:
    bob = hire(salon)
    salon.rudo.role = Staff.Role.MANAGER
    salon.rudo.save()
    return bob


def news_of_the_business(salon: Salon) -> None:
    """An order and a review, of which those who run the business are told."""
    place_order(
        customer=salon.dana,
        provider=salon.provider,
        items={cast.make_product(salon.provider).pk: 1},
        by=Actor.customer(salon.dana),
        now=NOW,
    )
    visit = salon.book(by=Actor.customer(salon.dana), customer=salon.dana)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.COMPLETED)
    write_review(visit, by=salon.dana, rating=4, text="", now=NOW)


def his_mails(mails: list[EmailMultiAlternatives]) -> list[str]:
    return sorted(sent.subject.split(":")[0] for sent in mails if sent.to == ["bob@example.com"])


def test_a_manager_hears_of_orders_and_reviews(salon: Salon) -> None:
    manager(salon)
    news_of_the_business(salon)
    assert his_mails(deliver()) == ["New booking", "New order", "New review"]


def test_whoever_is_no_manager_any_more_hears_of_own_bookings_alone(salon: Salon) -> None:
    bob = manager(salon)
    news_of_the_business(salon)
    while Delivery.objects.filter(notification__recipient=bob, channel="email").count() < 3:
        assert run_next(HANDLERS)
    Delivery.objects.update(status="queued")  # none of them has left so far
    OutboxJob.objects.filter(kind="deliver").update(done_at=None)
    salon.rudo.role = Staff.Role.STAFF
    salon.rudo.save()
    assert his_mails(deliver()) == ["New booking"]
    mine = Notification.objects.for_user(bob)
    assert [each.title.split(":")[0] for each in mine] == ["New booking"]


def test_a_timezone_that_does_not_exist_silences_nobody(salon: Salon) -> None:
    bob = hire(salon)
    bob.timezone = "Mars/Olympus"
    bob.save()
    salon.book()
    assert len(deliver()) == 3


def to_tariro(appointment: Appointment, salon: Salon) -> Appointment:
    return reschedule(appointment, start=START + DAY, staff=salon.tariro, by=GUEST, now=NOW)


def test_whoever_loses_a_booking_has_it_taken_out(salon: Salon) -> None:
    hire(salon)
    appointment = salon.book()
    deliver()
    to_tariro(appointment, salon)
    mails = deliver()
    lost = only(mails, "bob@example.com")
    assert gist(lost) == ("CANCEL", "CANCELLED", 1)
    assert f"/provider/appointments/{appointment.pk}/" not in lost.body
    assert "Open the agenda:\n" in lost.body
    assert gist(to_customer(mails)) == ("REQUEST", "CONFIRMED", 1)
    assert gist(only(mails, "studio@example.com")) == ("REQUEST", "CONFIRMED", 1)


def test_it_is_taken_out_also_when_more_has_happened_since(salon: Salon) -> None:
    hire(salon)
    appointment = salon.book()
    deliver()
    cancel(to_tariro(appointment, salon), by=GUEST, now=NOW)
    assert gist(only(deliver(), "bob@example.com")) == ("CANCEL", "CANCELLED", 2)


def test_whoever_was_never_invited_has_nothing_taken_out(salon: Salon) -> None:
    appointment = salon.book()
    deliver()
    hire(salon)
    to_tariro(Appointment.objects.get(pk=appointment.pk), salon)
    assert only(deliver(), "bob@example.com").attachments == []


def test_whoever_loses_a_request_is_not_asked_to_answer(asking_salon: Salon) -> None:
    hire(asking_salon)
    appointment = asking_salon.book()
    deliver()
    to_tariro(appointment, asking_salon)
    mails = deliver()
    sentence = "Please accept or decline the new time."
    assert sentence in only(mails, "studio@example.com").body
    assert sentence not in only(mails, "bob@example.com").body


def test_an_owner_who_performs_keeps_the_booking(salon: Salon) -> None:
    salon.rudo.user = salon.alice
    salon.rudo.save()
    appointment = salon.book()
    deliver()
    to_tariro(appointment, salon)
    assert gist(only(deliver(), "studio@example.com")) == ("REQUEST", "CONFIRMED", 1)


def test_the_address_to_log_in_is_shown_to_no_colleague(salon: Salon) -> None:
    hire(salon)
    User.objects.filter(pk=salon.alice.pk).update(name="")
    salon.alice.refresh_from_db()
    appointment = salon.book()
    deliver()
    cancel(appointment, by=Actor.provider(salon.alice), now=NOW)
    body = str(only(deliver(), "bob@example.com").body)
    assert "alice@" not in body
    assert "Tendai Hair Studio cancelled this booking." in body
