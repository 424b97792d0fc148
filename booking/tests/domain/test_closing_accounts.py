"""Deleting an account: asked for, confirmed by mail, waited for, shut."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client as Browser

from booking.domain import closing_accounts
from booking.domain.actors import Actor
from booking.domain.blotting import FORMER
from booking.domain.booking import Contact
from booking.domain.closing_accounts import (
    GRACE,
    SETTLE,
    StillNeeded,
    TooLate,
    ask_to_close,
    close_accounts,
    confirm_closing,
    keep_account,
)
from booking.domain.erasing import CLOSED
from booking.models import (
    Client,
    Notification,
    OrderStatus,
    OutboxJob,
    Session,
    Status,
)
from booking.tests.cast import make_provider, make_user
from booking.tests.domain.leaving import (
    END,
    FAR,
    book,
    close,
    danai,
    found_to_be_the_same,
    make_product,
    monday,
    order,
    salon,
)
from booking.tests.jobs.salon import DAY, NOW, Salon, deliver
from customers.models import User
from providers.models import Provider

__all__ = ["danai", "monday", "salon"]  # fixtures

pytestmark = pytest.mark.django_db


# --- asking and confirming ------------------------------------------------------------------------


def test_asking_changes_nothing_but_sends_a_mail(salon: Salon, danai: User) -> None:
    before = User.objects.values().get(pk=danai.pk)
    ask_to_close(danai, now=NOW)
    assert User.objects.values().get(pk=danai.pk) == before
    [sent] = deliver()
    assert sent.to == ["danai@example.com"]
    assert "/me/delete/confirm/" in sent.body


def test_confirming_sets_a_day_in_two_weeks(danai: User) -> None:
    assert confirm_closing(danai, now=NOW).closing_at == NOW + timedelta(days=14)
    [sent] = deliver()
    assert sent.subject == "Your Nguva account will be deleted on Mon 7 Dec 2026"


def test_a_repeat_keeps_the_day_and_sends_nothing_more(danai: User) -> None:
    confirm_closing(danai, now=NOW)
    deliver()
    assert confirm_closing(danai, now=NOW + DAY).closing_at == END
    assert deliver() == []


def test_the_mail_says_what_will_be_called_off(salon: Salon, danai: User) -> None:
    book(salon, danai, start=NOW + DAY)
    assert "will be cancelled" not in asked(danai)
    book(salon, danai, start=FAR)
    assert "One booking after that day will be cancelled." in asked(danai)


def asked(user: User) -> str:
    OutboxJob.objects.all().delete()
    ask_to_close(user, now=NOW)
    [sent] = deliver()
    return str(sent.body)


def test_a_mail_that_was_overtaken_is_not_sent(danai: User) -> None:
    confirm_closing(danai, now=NOW)
    keep_account(danai, now=NOW)
    assert deliver() == []


def test_within_the_grace_the_account_can_be_kept(salon: Salon, danai: User) -> None:
    booked = book(salon, danai, start=FAR)
    confirm_closing(danai, now=NOW)
    assert close_accounts(now=END - timedelta(seconds=1)) == 0
    for _ in range(2):
        assert keep_account(danai, now=END - timedelta(seconds=1)).closing_at is None
    assert close_accounts(now=FAR) == 0
    booked.refresh_from_db()
    assert booked.status == Status.CONFIRMED


def test_once_it_is_shut_it_cannot_be_kept(danai: User) -> None:
    confirm_closing(danai, now=NOW)
    close_accounts(now=END)
    with pytest.raises(TooLate):
        keep_account(danai, now=END)


# --- owners ---------------------------------------------------------------------------------------


def test_owners_of_a_published_business_are_refused(salon: Salon) -> None:
    for step in (ask_to_close, confirm_closing):
        with pytest.raises(StillNeeded, match="Tendai Hair Studio is yours and can be booked"):
            step(salon.alice, now=NOW)
    assert not OutboxJob.objects.exists()


def test_owners_whose_customers_are_coming_are_refused(salon: Salon, danai: User) -> None:
    booked = book(salon, danai)
    Provider.objects.update(published=False)
    with pytest.raises(StillNeeded, match="has bookings to come"):
        confirm_closing(salon.alice, now=NOW)
    confirm_closing(salon.alice, now=booked.end)


def test_owners_with_open_orders_are_refused(salon: Salon, danai: User) -> None:
    order(salon, danai, make_product(salon))
    Provider.objects.update(published=False)
    with pytest.raises(StillNeeded, match="has open orders"):
        confirm_closing(salon.alice, now=NOW)


def test_a_business_published_in_the_grace_keeps_its_owner(salon: Salon, monday: Any) -> None:
    Provider.objects.update(published=False)
    confirm_closing(salon.alice, now=NOW)
    deliver()
    Provider.objects.update(published=True)
    monday.move_to(END)
    assert [close_accounts(now=END) for _ in range(3)] == [0, 0, 0]
    salon.alice.refresh_from_db()
    assert (salon.alice.is_active, salon.alice.closing_at) == (True, None)
    [sent] = deliver()
    assert sent.subject == "Your Nguva account was not deleted"
    assert "Tendai Hair Studio is yours and can be booked" in sent.body
    Provider.objects.update(published=False)
    confirm_closing(salon.alice, now=END)
    assert close_accounts(now=END + GRACE) == 1


def test_those_who_cannot_go_keep_no_later_ones_waiting(
    danai: User, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_accounts, "AT_ONCE", 1)
    real = closing_accounts.obstacle

    def trouble(user: User, *, now: datetime) -> StillNeeded | None:
        if user == danai:
            raise DatabaseError
        return real(user, now=now)

    confirm_closing(danai, now=NOW)
    for number in range(2):
        owner = make_user(f"o{number}@example.com")
        confirm_closing(owner, now=NOW)
        make_provider(owner, hours=False)
    confirm_closing(salon.dana, now=NOW + DAY)
    monkeypatch.setattr(closing_accounts, "obstacle", trouble)
    assert close_accounts(now=END + DAY) == 1
    salon.dana.refresh_from_db()
    assert salon.dana.shut_at == END + DAY


def test_one_published_while_it_is_shut_is_not_erased(salon: Salon) -> None:
    Provider.objects.update(published=False)
    confirm_closing(salon.alice, now=NOW)
    assert close_accounts(now=END) == 1
    Provider.objects.update(published=True)
    assert close_accounts(now=END + SETTLE) == 0
    salon.alice.refresh_from_db()
    assert salon.alice.name == "Alice Ncube"
    Provider.objects.update(published=False)
    assert close_accounts(now=END + DAY) == 1


# --- suspended by an administrator ----------------------------------------------------------------


def test_a_suspended_account_is_shut_on_its_day_before_it_is_erased(
    salon: Salon, danai: User, monday: Any
) -> None:
    booked = book(salon, danai, start=FAR)
    confirm_closing(danai, now=NOW)
    User.objects.filter(pk=danai.pk).update(is_active=False)
    deliver()
    late = END + SETTLE
    assert close_accounts(now=END - timedelta(seconds=1)) == 0
    monday.move_to(late)
    assert close_accounts(now=late) == 1
    danai.refresh_from_db()
    assert (danai.name, danai.shut_at) == ("Danai Chikwanha", late)
    assert ("danai@example.com",) in {tuple(sent.to) for sent in deliver()}
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED
    assert close_accounts(now=late + SETTLE) == 1


def test_a_suspended_account_without_a_wish_stays(danai: User) -> None:
    User.objects.filter(pk=danai.pk).update(is_active=False)
    assert close_accounts(now=FAR) == 0


def test_a_suspended_owner_whose_business_is_shown_is_not_closed(salon: Salon) -> None:
    Provider.objects.update(published=False)
    confirm_closing(salon.alice, now=NOW)
    User.objects.filter(pk=salon.alice.pk).update(is_active=False)
    Provider.objects.update(published=True)
    assert close_accounts(now=END + SETTLE) == 0
    salon.alice.refresh_from_db()
    assert (salon.alice.name, salon.alice.closing_at) == ("Alice Ncube", None)


def test_the_contacts_of_an_owner_who_left_go(salon: Salon, monday: Any) -> None:
    Provider.objects.update(published=False, email="Alice@example.com")
    close(salon.alice, monday)
    salon.provider.refresh_from_db()
    assert (salon.provider.email, salon.provider.phone) == ("", "+263242700000")


# --- shutting -------------------------------------------------------------------------------------


def test_what_is_to_come_is_called_off_and_both_sides_are_told(
    salon: Salon, danai: User, monday: Any
) -> None:
    before, after = book(salon, danai, start=END - DAY), book(salon, danai, start=FAR)
    confirm_closing(danai, now=NOW)
    deliver()
    monday.move_to(END)
    assert close_accounts(now=END) == 1
    told = {(tuple(sent.to), sent.subject.split(":")[0]) for sent in deliver()}
    assert told == {
        (("studio@example.com",), "Booking cancelled"),
        (("danai@example.com",), "Your booking is cancelled"),
        (("danai@example.com",), "Your Nguva account is deleted"),
    }
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.status, after.status) == (Status.CONFIRMED, Status.CANCELLED)
    assert not Session.objects.get(pk=after.session_id).active
    event = after.events.last()
    assert event is not None
    assert (event.actor, event.reason) == ("system", CLOSED)
    told_business = Notification.objects.get(appointment=after, side="provider", event=event)
    assert "Danai Chikwanha" in json.dumps(told_business.message), "while there is a name to tell"


def test_nobody_is_let_in_any_more(danai: User) -> None:
    browser = Browser()
    browser.force_login(danai)
    confirm_closing(danai, now=NOW)
    assert browser.get("/me/").status_code == 200
    close_accounts(now=END)
    assert browser.get("/me/").status_code == 302
    assert not Browser().login(username="danai@example.com", password="a-password-for-tests")


def test_open_orders_are_cancelled_and_the_stock_returns_once(salon: Salon, danai: User) -> None:
    product = make_product(salon)
    placed = order(salon, danai, product)
    confirm_closing(danai, now=NOW)
    for _ in range(3):
        close_accounts(now=END)
    placed.refresh_from_db()
    product.refresh_from_db()
    assert (placed.status, product.stock) == (OrderStatus.CANCELLED, 10)


def test_bookings_made_as_a_guest_with_a_confirmed_address_go_too(
    salon: Salon, danai: User, monday: Any
) -> None:
    contact = Contact(name="Danai Chikwanha", email="Second@example.net")
    guest = salon.book(start=FAR, by=Actor.guest(), contact=contact)
    close(danai, monday)
    guest.refresh_from_db()
    assert (guest.status, guest.guest_name, guest.guest_email) == (Status.CANCELLED, FORMER, "")


def test_bookings_of_a_guest_who_is_the_same_client_go_too(
    salon: Salon, danai: User, monday: Any
) -> None:
    book(salon, danai)
    guest = found_to_be_the_same(salon, Client.objects.get(user=danai))
    close(danai, monday)
    guest.refresh_from_db()
    assert (guest.guest_name, guest.guest_phone) == (FORMER, "")


def test_others_with_the_same_contacts_stay(salon: Salon, danai: User, monday: Any) -> None:
    """A phone number may be a family's, and nobody has shown whose it is."""
    contact = Contact(name="Tariro C.", phone="+263772555666")
    guest = salon.book(start=FAR, by=Actor.guest(), contact=contact)
    close(danai, monday)
    guest.refresh_from_db()
    assert (guest.status, guest.guest_name) == (Status.CONFIRMED, "Tariro C.")
