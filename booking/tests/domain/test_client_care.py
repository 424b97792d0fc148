"""What a business does with its clients: notes, blocking, merging, counting."""

from datetime import timedelta
from decimal import Decimal

import pytest

from booking.domain.actors import Actor
from booking.domain.booking import Contact
from booking.domain.client_figures import Figures, figures_of, sort_clients
from booking.domain.clients import (
    keep_client_notes,
    merge_clients,
    possible_doubles,
    set_blocked,
    which_stays,
)
from booking.domain.errors import CannotMerge, ClientBlocked
from booking.domain.lifecycle import cancel, complete, mark_no_show
from booking.models import Appointment, Client
from booking.tests.cast import make_provider, make_user
from booking.tests.domain.conftest import TUESDAY, Salon
from project.errors import NotAllowed

BY_EMAIL = Contact(name="Ann", email="ann@example.com")
BY_PHONE = Contact(name="Ann Moyo", phone="+263771234567")


def theirs(appointment: Appointment) -> Client:
    """The client whose appointment it is."""
    assert appointment.client is not None
    return appointment.client


@pytest.fixture
def two(salon: Salon) -> tuple[Client, Client]:
    """One person who left an email address once and a phone number another time."""
    return (
        theirs(salon.book("09:00", contact=BY_EMAIL)),
        theirs(salon.book("10:00", contact=BY_PHONE)),
    )


def account(salon: Salon, clock_face: str, email: str = "dana@example.com") -> Client:
    user = make_user(email, name="Dana")
    return theirs(salon.book(clock_face, by=Actor.customer(user), customer=user, contact=None))


# --- notes and blocking ---------------------------------------------------------------------------


def test_notes_are_kept(salon: Salon, two: tuple[Client, Client]) -> None:
    keep_client_notes(two[0], text=" Likes tea\n", by=salon.owner, now=salon.now)
    assert Client.objects.get(pk=two[0].pk).notes == "Likes tea"


def test_blocking_and_back_and_again(salon: Salon, two: tuple[Client, Client]) -> None:
    for blocked in (True, True, False, False):
        set_blocked(two[0], blocked=blocked, by=salon.owner, now=salon.now)
        assert Client.objects.get(pk=two[0].pk).blocked is blocked
    assert Appointment.objects.active().count() == 2


def test_customers_do_none_of_this(salon: Salon, two: tuple[Client, Client]) -> None:
    with pytest.raises(NotAllowed):
        keep_client_notes(two[0], text="x", by=Actor.guest(), now=salon.now)
    with pytest.raises(NotAllowed):
        set_blocked(two[0], blocked=True, by=Actor.guest(), now=salon.now)
    with pytest.raises(NotAllowed):
        merge_clients(*two, by=Actor.guest(), now=salon.now)


# --- merging --------------------------------------------------------------------------------------


def merge(salon: Salon, one: Client, other: Client) -> Client:
    return merge_clients(one, other, by=salon.owner, now=salon.now)


def test_all_that_was_booked_moves(salon: Salon, two: tuple[Client, Client]) -> None:
    stays = merge(salon, *two)
    assert stays == two[0]
    assert set(Appointment.objects.values_list("client", flat=True)) == {stays.pk}
    assert Client.objects.get(pk=two[1].pk).merged_into == stays
    assert list(Client.objects.known()) == [stays]


def test_contact_notes_and_block_of_both_are_kept(salon: Salon, two: tuple[Client, Client]) -> None:
    Client.objects.filter(pk=two[0].pk).update(notes="Likes tea")
    Client.objects.filter(pk=two[1].pk).update(notes="Often late", blocked=True)
    merge(salon, *two)
    kept = Client.objects.get(pk=two[0].pk)
    assert (kept.name, kept.email, kept.phone) == ("Ann", "ann@example.com", "+263771234567")
    assert (kept.notes, kept.blocked) == ("Likes tea\n\nOften late", True)


@pytest.mark.parametrize("contact", [BY_EMAIL, BY_PHONE])
def test_the_next_booking_is_theirs_whichever_way(
    salon: Salon, two: tuple[Client, Client], contact: Contact
) -> None:
    stays = merge(salon, *two)
    assert theirs(salon.book("12:00", contact=contact)) == stays


@pytest.mark.parametrize("contact", [BY_EMAIL, BY_PHONE])
def test_a_block_holds_for_both_and_is_lifted_for_both(
    salon: Salon, two: tuple[Client, Client], contact: Contact
) -> None:
    stays = merge(salon, *two)
    set_blocked(two[1], blocked=True, by=salon.owner, now=salon.now)  # the row that went
    with pytest.raises(ClientBlocked):
        salon.book("12:00", contact=contact)
    set_blocked(stays, blocked=False, by=salon.owner, now=salon.now)
    assert theirs(salon.book("12:00", contact=contact)) == stays


def test_a_repeat_is_harmless(salon: Salon, two: tuple[Client, Client]) -> None:
    Client.objects.filter(pk=two[1].pk).update(notes="Often late")
    assert {merge(salon, *two), merge(salon, *two), merge(salon, two[1], two[0])} == {two[0]}
    assert Client.objects.get(pk=two[0].pk).notes == "Often late"


def test_what_was_merged_before_comes_along(salon: Salon, two: tuple[Client, Client]) -> None:
    third = theirs(salon.book("11:00", contact=Contact(name="A", phone="+263772000111")))
    merge(salon, *two)
    stays = merge(salon, third, two[0])
    assert stays == third
    assert set(Client.objects.exclude(pk=third.pk).values_list("merged_into", flat=True)) == {
        third.pk
    }


def test_an_account_takes_a_guest_in_either_order(salon: Salon, two: tuple[Client, Client]) -> None:
    dana = account(salon, "11:00")
    assert which_stays(dana, two[0]) == which_stays(two[0], dana) == (dana, two[0])
    assert merge(salon, two[0], dana) == dana


def test_two_accounts_stay_two(salon: Salon) -> None:
    first, second = account(salon, "10:00"), account(salon, "11:00", "other@example.com")
    with pytest.raises(CannotMerge):
        merge(salon, first, second)
    assert Client.objects.known().count() == 2


def test_nobody_is_merged_with_themselves(salon: Salon, two: tuple[Client, Client]) -> None:
    with pytest.raises(CannotMerge):
        merge(salon, two[0], two[0])


def test_nobody_is_merged_across_businesses(salon: Salon, two: tuple[Client, Client]) -> None:
    stranger = Client.objects.create(provider=make_provider(), name="Ann")
    with pytest.raises(CannotMerge):
        which_stays(two[0], stranger)
    with pytest.raises(CannotMerge):
        merge(salon, two[0], stranger)
    assert Client.objects.known().count() == 3


def test_doubles_share_a_name_phone_or_email(salon: Salon, two: tuple[Client, Client]) -> None:
    named = Client.objects.create(provider=salon.provider, name="ANN", identity="email:x@y.zw")
    Client.objects.create(provider=make_provider(), name="Ann")
    assert list(possible_doubles(two[0])) == [named]
    assert list(possible_doubles(two[1])) == []
    assert list(possible_doubles(Client.objects.create(provider=salon.provider))) == []


# --- figures --------------------------------------------------------------------------------------


def test_figures(salon: Salon) -> None:
    made = {
        clock_face: salon.book(clock_face, contact=BY_EMAIL)
        for clock_face in ("09:00", "10:00", "11:00", "12:00")
    }
    ahead = salon.book("10:00", day=TUESDAY, contact=BY_EMAIL)
    salon.book("14:00", day=TUESDAY, contact=BY_EMAIL)
    later = salon.at("16:00")
    for clock_face in ("09:00", "10:00"):
        complete(made[clock_face], by=salon.owner, now=later)
    mark_no_show(made["11:00"], by=salon.owner, now=later)
    cancel(made["12:00"], by=salon.owner, now=salon.now)
    client = theirs(ahead)
    assert figures_of([client], now=later)[client.pk] == Figures(
        visits=2,
        no_shows=1,
        last=salon.at("10:00"),
        next=ahead.start,
        spend={"USD": Decimal("40.00")},
    )


def test_money_of_two_currencies_is_not_added_up(salon: Salon) -> None:
    first = salon.book("09:00", contact=BY_EMAIL)
    second = salon.book("10:00", contact=BY_EMAIL)
    Appointment.objects.filter(pk=second.pk).update(currency="ZWG", price=500)
    for one in (first, second):
        complete(one, by=salon.owner, now=salon.at("16:00"))
    client = theirs(first)
    figures = figures_of([client], now=salon.at("16:00"))[client.pk]
    assert figures.spend == {"USD": Decimal("20.00"), "ZWG": Decimal("500.00")}
    assert figures.visits == 2


def test_somebody_without_bookings_has_noughts(salon: Salon) -> None:
    client = Client.objects.create(provider=salon.provider, name="New")
    assert figures_of([client], now=salon.now) == {client.pk: Figures()}


def test_lists_are_sorted(salon: Salon) -> None:
    ann = salon.book("09:00", contact=BY_EMAIL)
    ben = [salon.book(at, contact=Contact("Ben", "b@example.com")) for at in ("10:00", "11:00")]
    Client.objects.create(provider=salon.provider, name="Aaron")
    now = salon.now + timedelta(days=1)
    for one in (ann, *ben):
        complete(one, by=salon.owner, now=now)
    known = Client.objects.known()
    orders = {
        sort: [one.name for one in sort_clients(known, sort, provider=salon.provider, now=now)]
        for sort in ("name", "last", "visits")
    }
    assert orders == {
        "name": ["Aaron", "Ann", "Ben"],
        "last": ["Ben", "Ann", "Aaron"],
        "visits": ["Ben", "Ann", "Aaron"],
    }
