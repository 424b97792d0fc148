"""Bookings of guests are put to an account once it has shown that their address is its own."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from booking.domain.actors import Actor
from booking.domain.booking import Contact
from booking.domain.claiming import Offer, claim, claimable, standing
from booking.domain.clients import merge_clients
from booking.domain.lifecycle import cancel
from booking.models import Appointment, AppointmentEvent, Client, OutboxJob
from booking.notifications.recipients import customer_of
from booking.notifications.telling import tell
from booking.tests.cast import make_provider, make_service, make_staff, make_user
from booking.tests.domain.conftest import NOW, TUESDAY, Salon
from customers.models import User

LATER = NOW + timedelta(hours=1)


def guest(email: str = "dana@example.com", **fields: str) -> Contact:
    return Contact(name="Dana", email=email, **fields)


def confirm(user: User, email: str = "", **fields: Any) -> EmailAddress:
    values = {"verified": True, "primary": not email} | fields
    return EmailAddress.objects.create(user=user, email=email or user.email, **values)


@pytest.fixture
def dana(db: None) -> User:
    return make_user("dana@example.com", name="Dana Phiri")


@pytest.fixture
def booked(salon: Salon) -> Appointment:
    return salon.book("10:00", contact=guest())


def found(user: User) -> list[str]:
    return [each.reference for each in claimable(user)]


def test_what_was_booked_with_a_confirmed_address_becomes_the_accounts(
    dana: User, booked: Appointment
) -> None:
    confirm(dana)
    assert claim(dana, now=LATER) == 1
    booked.refresh_from_db()
    assert booked.customer == dana
    assert booked.updated_at == LATER
    assert (booked.contact_name, booked.contact_email) == ("Dana", "dana@example.com")


@pytest.mark.parametrize("typed", ["Dana@Example.COM", "DANA@EXAMPLE.COM", "dana@example.com"])
def test_case_does_not_matter(salon: Salon, dana: User, typed: str) -> None:
    made = salon.book("10:00", contact=guest(typed))
    confirm(dana)
    assert standing(dana).offers == [Offer("dana@example.com", 1)]
    assert claim(dana, now=LATER) == 1
    assert Appointment.objects.get(pk=made.pk).customer == dana


def test_case_of_the_confirmed_address_does_not_matter_either(
    dana: User, booked: Appointment
) -> None:
    confirm(dana, "DANA@example.com")
    assert found(dana) == [booked.reference]


def test_an_unconfirmed_address_gets_nothing_and_is_told_nothing(
    dana: User, booked: Appointment
) -> None:
    confirm(dana, verified=False)
    assert (found(dana), standing(dana).offers, claim(dana, now=LATER)) == ([], [], 0)
    assert standing(dana).unconfirmed == "dana@example.com"
    assert Appointment.objects.get(pk=booked.pk).customer is None


def test_an_account_without_any_known_address_has_to_confirm_its_own(
    dana: User, booked: Appointment
) -> None:
    assert found(dana) == []
    assert standing(dana).unconfirmed == "dana@example.com"


def test_any_confirmed_address_of_the_account_counts(salon: Salon, dana: User) -> None:
    salon.book("10:00", contact=guest("old@example.com"))
    salon.book("12:00", contact=guest())
    salon.book("14:00", contact=guest("waiting@example.com"))
    confirm(dana)
    confirm(dana, "old@example.com")
    confirm(dana, "waiting@example.com", verified=False)
    assert standing(dana).offers == [Offer("dana@example.com", 1), Offer("old@example.com", 1)]
    assert standing(dana).unconfirmed == "waiting@example.com"
    assert claim(dana, now=LATER) == 2


def test_nothing_is_left_to_confirm(dana: User) -> None:
    confirm(dana)
    assert standing(dana).unconfirmed == ""


def test_an_address_that_left_the_account_gets_nothing(dana: User, booked: Appointment) -> None:
    confirm(dana).delete()
    confirm(dana, "new@example.com")
    assert claim(dana, now=LATER) == 0


def test_anothers_bookings_stay_anothers(salon: Salon, dana: User) -> None:
    other = make_user("other@example.com")
    theirs = salon.book("10:00", by=Actor.customer(other), customer=other, contact=guest())
    strangers = salon.book("12:00", contact=guest("danae@example.com"))
    alike = salon.book("14:00", contact=guest("xdana@example.com"))
    confirm(dana)
    assert claim(dana, now=LATER) == 0
    for made, owner in ((theirs, other), (strangers, None), (alike, None)):
        assert Appointment.objects.get(pk=made.pk).customer == owner


def test_a_guest_with_a_phone_alone_is_nobodys(salon: Salon, dana: User) -> None:
    salon.book("10:00")
    EmailAddress.objects.create(user=dana, email="", verified=True)
    assert claim(dana, now=LATER) == 0


def test_one_address_is_confirmed_for_one_account_at_most(dana: User) -> None:
    confirm(dana)
    with pytest.raises(IntegrityError), transaction.atomic():
        confirm(make_user("mallory@example.com"), "dana@example.com")


def test_a_repeat_finds_nothing_and_writes_nothing(dana: User, booked: Appointment) -> None:
    confirm(dana)
    assert [claim(dana, now=LATER), claim(dana, now=LATER)] == [1, 0]
    assert booked.events.filter(action="claimed").count() == 1


def test_history_says_who_when_and_that_nothing_else_changed(
    dana: User, booked: Appointment
) -> None:
    confirm(dana)
    claim(dana, now=LATER)
    event = booked.events.get(action=AppointmentEvent.Action.CLAIMED)
    assert (event.actor, event.by, event.created_at) == ("customer", dana, LATER)
    assert (event.from_status, event.to_status) == ("confirmed", "confirmed")
    assert OutboxJob.objects.filter(payload={"event": event.pk}).count() == 1


def test_nobody_is_told_of_it_by_message(dana: User, booked: Appointment) -> None:
    confirm(dana)
    claim(dana, now=LATER)
    tell(booked.events.get(action="claimed"), now=LATER)
    assert not booked.notifications.exists()


def test_past_and_cancelled_ones_come_along(salon: Salon, dana: User) -> None:
    gone = salon.book("10:00", contact=guest())
    cancel(gone, by=salon.owner, now=NOW)
    confirm(dana)
    assert claim(dana, now=LATER + timedelta(days=30)) == 1


# --- what follows -----------------------------------------------------------------------------


def test_messages_follow_the_account_and_its_later_address(dana: User, booked: Appointment) -> None:
    confirm(dana)
    claim(dana, now=LATER)
    dana.email = "new@example.com"
    dana.save()
    to = customer_of(Appointment.objects.select_related("customer").get(pk=booked.pk))
    assert (to.user, to.email) == (dana, "new@example.com")


def test_an_account_with_another_unconfirmed_address_is_written_to_where_it_reads(
    salon: Salon,
) -> None:
    user = make_user("never-confirmed@example.com")
    confirm(user, verified=False)
    confirm(user, "dana@example.com", primary=False)
    made = salon.book("10:00", contact=guest())
    assert claim(user, now=LATER) == 1
    to = customer_of(Appointment.objects.select_related("customer").get(pk=made.pk))
    assert (to.user, to.email) == (user, "dana@example.com")


def test_the_businesss_row_of_the_guest_becomes_the_accounts(
    dana: User, booked: Appointment
) -> None:
    confirm(dana)
    claim(dana, now=LATER)
    client = Client.objects.get()
    assert (client.user, client.identity) == (dana, f"user:{dana.pk}")
    assert Appointment.objects.get(pk=booked.pk).client == client


def test_a_row_that_the_account_has_already_takes_the_guests_in(salon: Salon, dana: User) -> None:
    own = salon.book("12:00", by=Actor.customer(dana), customer=dana, contact=Contact())
    guests = Client.objects.create(
        provider=salon.provider,
        identity="email:old@example.com",
        email="old@example.com",
        notes="Likes tea",
        blocked=True,
    )
    made = salon.book("10:00", by=salon.owner, client=guests, contact=None)
    confirm(dana)
    confirm(dana, "old@example.com")
    assert claim(dana, now=LATER) == 1
    kept = Client.objects.known().get()
    assert kept.user == dana
    assert (kept.notes, kept.blocked) == ("Likes tea", True)
    for each in (own, made):
        assert Appointment.objects.get(pk=each.pk).client == kept
    guests.refresh_from_db()
    assert guests.merged_into == kept


def test_a_row_that_the_business_knows_by_phone_stays_as_it_is(salon: Salon, dana: User) -> None:
    phones = Client.objects.create(
        provider=salon.provider, identity="phone:+263771234567", phone="+263771234567"
    )
    made = salon.book("10:00", contact=guest(phone="+263771234567"))
    assert made.client == phones
    confirm(dana)
    assert claim(dana, now=LATER) == 1
    phones.refresh_from_db()
    assert (phones.user, phones.identity) == (None, "phone:+263771234567")


def test_a_row_that_became_somebody_elses_stays_theirs(salon: Salon, dana: User) -> None:
    mother = make_user("mother@example.com")
    hers = salon.book("12:00", by=Actor.customer(mother), customer=mother, contact=Contact())
    made = salon.book("10:00", contact=guest())
    one, other = (Client.objects.get(appointments=each) for each in (hers, made))
    merge_clients(one, other, by=salon.owner, now=NOW)
    confirm(dana)
    assert claim(dana, now=LATER) == 1
    assert Client.objects.known().get().user == mother


def test_bookings_at_several_businesses_are_claimed_at_once(salon: Salon, dana: User) -> None:
    salon.book("10:00", contact=guest())
    elsewhere = make_provider()
    staff = make_staff(elsewhere)
    away = Salon(elsewhere, staff, make_service(elsewhere, [staff]))
    away.book("10:00", day=TUESDAY, contact=guest())
    confirm(dana)
    assert claim(dana, now=LATER) == 2
    assert set(Client.objects.values_list("user", flat=True)) == {dana.pk}


def test_it_costs_two_queries(salon: Salon, dana: User, django_assert_num_queries: Any) -> None:
    for face in ("08:00", "10:00", "12:00"):
        salon.book(face, contact=guest())
    confirm(dana)
    with django_assert_num_queries(2):
        assert standing(dana).offers == [Offer("dana@example.com", 3)]
