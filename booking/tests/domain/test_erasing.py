"""After an account is deleted nothing of the person is left, and businesses keep their history."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models.signals import post_init
from django.test import Client as Browser

from booking.domain import closing_accounts, erasing
from booking.domain.actors import Actor
from booking.domain.blotting import FORMER
from booking.domain.closing_accounts import (
    GRACE,
    SETTLE,
    TooLate,
    close_accounts,
    confirm_closing,
)
from booking.domain.lifecycle import cancel
from booking.jobs.housekeeping import tidy
from booking.models import (
    Appointment,
    Client,
    Notification,
    Order,
    Review,
    Status,
)
from booking.tests.cast import make_user
from booking.tests.domain.leaving import (
    END,
    FAR,
    agenda,
    book,
    close,
    danai,
    everything,
    folder,
    leaks,
    live_a_little,
    log,
    make_product,
    monday,
    order,
    salon,
)
from booking.tests.jobs.salon import DAY, NOW, START, Salon, deliver
from customers.domain.preferences import digest
from customers.models import MessageKind, OptOut, User
from providers.models import Invitation

__all__ = ["danai", "folder", "monday", "salon"]  # fixtures

pytestmark = pytest.mark.django_db


def test_erasing_waits_until_everybody_is_told(danai: User) -> None:
    confirm_closing(danai, now=NOW)
    assert [close_accounts(now=END) for _ in range(2)] == [1, 0]
    assert close_accounts(now=END + SETTLE - timedelta(seconds=1)) == 0
    danai.refresh_from_db()
    assert danai.name == "Danai Chikwanha"
    assert close_accounts(now=END + SETTLE) == 1
    danai.refresh_from_db()
    assert danai.name == ""


def test_housekeeping_does_it(danai: User) -> None:
    confirm_closing(danai, now=NOW)
    for moment in (END, END + SETTLE):
        tidy(moment)
    danai.refresh_from_db()
    assert (danai.is_active, danai.name, danai.closing_at) == (False, "", None)


@pytest.mark.parametrize("suspended", [False, True])
def test_nothing_of_the_person_is_left_anywhere(
    salon: Salon, danai: User, monday: Any, folder: Path, *, suspended: bool
) -> None:
    visit = live_a_little(salon, danai, make_user(is_staff=True))
    assert set(leaks()) >= {
        *("account.EmailAddress", "admin.LogEntry", "booking.Appointment", "booking.Client"),
        *("booking.Notification", "booking.Order", "booking.Review", "customers.User"),
        *("providers.Invitation", "sessions.Session"),
    }, "there must be something that could leak"
    assert list(folder.rglob("*.webp"))
    close(danai, monday, suspended=suspended)
    assert leaks() == {}
    assert not list(folder.rglob("*.webp"))
    assert not OptOut.objects.exists()
    for model in (Appointment, Order):  # with the other columns these tell what was typed
        assert not model._default_manager.exclude(request_digest="").exists()
    visit.refresh_from_db()
    assert (visit.status, visit.customer, visit.guest_name) == (Status.COMPLETED, None, FORMER)


def test_the_business_keeps_its_history(
    salon: Salon, danai: User, monday: Any, folder: Path
) -> None:
    visit = live_a_little(salon, danai, make_user(is_staff=True))
    kept = ("reference", "start", "end", "status", "price", "staff", "service", "client")
    before = list(Appointment.objects.filter(pk=visit.pk).values(*kept))
    events = list(visit.events.values("action", "created_at", "to_status"))
    close(danai, monday)
    assert list(Appointment.objects.filter(pk=visit.pk).values(*kept)) == before
    assert list(visit.events.values("action", "created_at", "to_status")) == events
    client = Client.objects.get(pk=before[0]["client"])
    assert (client.name, client.blocked, client.appointments.count()) == (FORMER, True, 4)
    review = Review.objects.get()
    assert (review.author, review.rating, review.text) == (None, 5, "Lovely!")
    assert review.reply == f"Thank you, {FORMER}!"
    salon.provider.refresh_from_db()
    assert salon.provider.rating_count == 1
    [placed] = Order.objects.all()
    assert (placed.total, placed.customer_name, placed.items.count()) == (Decimal(10), FORMER, 1)


def test_the_pages_of_the_business_still_open(
    salon: Salon, danai: User, monday: Any, folder: Path
) -> None:
    visit = live_a_little(salon, danai, make_user(is_staff=True))
    close(danai, monday)
    alice = Browser()
    alice.force_login(salon.alice)
    paths = (
        *(
            "",
            "appointments/",
            f"appointments/{visit.pk}/",
            "clients/",
            f"clients/{visit.client_id}/",
        ),
        *("orders/", "messages/"),
    )
    pages = {path: alice.get(f"/provider/{path}") for path in paths}
    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(paths, 200)
    assert FORMER in pages[f"appointments/{visit.pk}/"].content.decode()
    assert Browser().get(f"/a/{visit.token}/").status_code == 200


def test_others_keep_everything(salon: Salon, danai: User, monday: Any) -> None:
    theirs = book(salon, salon.dana, notes="Mine")
    close(danai, monday)
    theirs.refresh_from_db()
    assert (theirs.customer, theirs.notes, theirs.status) == (salon.dana, "Mine", Status.CONFIRMED)


EVERYDAY = ["http", "Tue", "May", "changed", "sentences", "Box braids", "Tendai", "Customer"]
"""Names that stand in the words of others, in links or in keys."""


@pytest.mark.parametrize("name", EVERYDAY)
def test_a_leaver_with_an_everyday_name_changes_nothing_of_others(
    salon: Salon, danai: User, monday: Any, name: str
) -> None:
    book(salon, danai)
    order(salon, danai, make_product(salon))
    agenda(salon, ["14:30–16:00", f"{name} Moyo, Box braids"], ["17:00–18:30", f"{name}, Cut"])
    log(make_user(is_staff=True), danai, object_repr=name, change_message=FIELDS)
    bad = make_user("bad@example.com", name=name)
    EmailAddress.objects.create(user=bad, email=bad.email, verified=True, primary=True)
    deliver()
    before = {model: list(model._default_manager.values()) for model in (Notification, LogEntry)}
    book(salon, bad, start=START + timedelta(hours=2))
    order(salon, bad, make_product(salon, name="Oil"))
    close(bad, monday)
    for model, rows in before.items():
        assert list(model._default_manager.filter(pk__in=[row["id"] for row in rows]).values()) == (
            rows
        )


FIELDS = '[{"changed": {"fields": ["Is active"]}}]'


def test_what_the_business_was_told_says_still_what_it_was(
    salon: Salon, danai: User, monday: Any
) -> None:
    namesake = make_user("tue@example.com", name="Tue", phone="+263772999888")
    visit = book(salon, namesake, notes="Ring me")
    order(salon, namesake, make_product(salon))
    deliver()
    close(namesake, monday)
    told = Notification.objects.filter(side="provider").order_by("pk")
    [booked] = told.filter(appointment=visit)
    assert booked.title == "New booking: Box braids with Rudo, Tue 24 Nov, 14:30"
    assert booked.text == f"{FORMER} booked this time."
    assert dict(booked.message["facts"]) == {
        "When": "Tue 24 Nov, 14:30–16:00 (Harare time)",
        "Service": "Box braids",
        "With": "Rudo",
        "Price": "USD 45.00",
        "Customer": FORMER,
        "Reference": visit.reference,
    }
    assert booked.message["link"].endswith(f"/provider/appointments/{visit.pk}/")
    titles = list(told.filter(appointment=None).values_list("title", flat=True))
    assert titles == [f"New order: {FORMER}, USD 10.00", f"Order cancelled: {FORMER}, USD 10.00"]


def test_a_customer_named_like_the_business_leaves_its_name_alone(
    salon: Salon, monday: Any
) -> None:
    namesake = make_user("other@example.com", name="Tendai")
    visit = book(salon, namesake, start=NOW + DAY)
    owner = Actor.provider(salon.alice)
    User.objects.filter(pk=salon.alice.pk).update(name="")
    salon.alice.name = ""
    cancel(visit, by=owner, now=NOW)
    deliver()
    close(namesake, monday)
    assert set(Notification.objects.filter(appointment=visit).values_list("text", flat=True)) == {
        f"{FORMER} booked this time.",
        "Tendai Hair Studio cancelled this booking.",
    }


def test_what_the_person_did_at_work_loses_the_name(salon: Salon, danai: User, monday: Any) -> None:
    visit = book(salon, salon.dana)
    cancel(visit, by=Actor.provider(danai), now=NOW)
    deliver()
    assert Notification.objects.filter(text="Danai Chikwanha cancelled this booking.").exists()
    close(danai, monday)
    assert Notification.objects.filter(text=f"{FORMER} cancelled this booking.").exists()
    assert leaks() == {}


@pytest.mark.parametrize("verified", [False, True])
def test_only_a_confirmed_address_is_ones_own(salon: Salon, monday: Any, *, verified: bool) -> None:
    bad = make_user("victim@example.com", phone="+263772999888")
    EmailAddress.objects.create(user=bad, email=bad.email, verified=verified, primary=True)
    for contact in (bad.email, bad.phone):
        OptOut.objects.create(digest=digest(contact), kind=MessageKind.REMINDERS)
    invited = Invitation.objects.create(
        staff=salon.rudo, email=bad.email, created_at=NOW, expires_at=NOW + DAY
    )
    close(bad, monday)
    invited.refresh_from_db()
    assert invited.email == ("" if verified else "victim@example.com")
    stopped = set(OptOut.objects.values_list("digest", flat=True))
    assert digest("+263772999888") in stopped, "a phone number proves nothing"
    assert (digest("victim@example.com") in stopped) is not verified


def test_an_address_that_ends_like_it_stays(salon: Salon, danai: User, monday: Any) -> None:
    admin = make_user(is_staff=True)
    theirs = log(admin, salon.dana, object_repr="mary.danai@example.com", change_message="[]")
    close(danai, monday)
    theirs.refresh_from_db()
    assert theirs.object_repr == "mary.danai@example.com"


def test_messages_are_not_read_one_by_one(salon: Salon, danai: User, monday: Any) -> None:
    book(salon, danai)
    deliver()
    confirm_closing(danai, now=NOW)
    close_accounts(now=END)
    Notification.objects.bulk_create(
        Notification(
            recipient=salon.alice,
            side="provider",
            kind="business",
            provider=salon.provider,
            title="News",
            path="/provider/",
            dedupe=f"many:{number}",
        )
        for number in range(30)
    )
    read: list[Notification] = []

    def note(instance: Notification, **given: Any) -> None:
        read.append(instance)

    post_init.connect(note, sender=Notification)
    try:
        close_accounts(now=END + SETTLE)
    finally:
        post_init.disconnect(note, sender=Notification)
    assert {one.text for one in read if one.side == "provider"} == {f"{FORMER} booked this time."}


def test_a_repeat_changes_nothing(salon: Salon, danai: User, monday: Any, folder: Path) -> None:
    live_a_little(salon, danai, make_user(is_staff=True))
    close(danai, monday)
    before = everything()
    assert [close_accounts(now=FAR + n * DAY) for n in range(3)] == [0, 0, 0]
    assert everything() == before


@pytest.mark.parametrize(
    "place", ["_erase_messages", "_erase_bookings", "_erase_clients", "_erase_account"]
)
def test_one_that_was_killed_is_gone_on_with(
    salon: Salon,
    danai: User,
    monday: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    live_a_little(salon, danai, make_user(is_staff=True))
    confirm_closing(danai, now=NOW)
    monday.move_to(END)
    close_accounts(now=END)
    deliver()

    def killed(*given: Any) -> None:
        raise KeyboardInterrupt

    later = END + SETTLE
    with monkeypatch.context() as patch:
        patch.setattr(erasing, place, killed)
        with pytest.raises(KeyboardInterrupt):
            close_accounts(now=later)
    danai.refresh_from_db()
    assert danai.name == "Danai Chikwanha", "all of it, or nothing"
    assert close_accounts(now=later) == 1
    assert leaks() == {}


def test_one_killed_between_shutting_and_calling_off_is_gone_on_with(
    salon: Salon, danai: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = book(salon, danai, start=FAR)
    confirm_closing(danai, now=NOW)

    def killed(*given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(closing_accounts, "_call_off", killed)
        with pytest.raises(KeyboardInterrupt):
            close_accounts(now=END)
    assert close_accounts(now=END + SETTLE) == 0
    booked.refresh_from_db()
    assert (booked.status, booked.contact_name) == (Status.CANCELLED, "Danai Chikwanha")
    assert close_accounts(now=END + SETTLE + SETTLE) == 1, "an hour to tell of it"
    booked.refresh_from_db()
    assert booked.guest_name == FORMER


@pytest.mark.parametrize("error", [TooLate(), OSError("no disk")])
def test_trouble_with_one_account_keeps_no_other_waiting(
    danai: User, salon: Salon, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    confirm_closing(danai, now=NOW)
    confirm_closing(salon.dana, now=NOW + DAY)
    real = closing_accounts._call_off

    def trouble(user: User, now: datetime) -> int:
        if user == danai:
            raise error
        return real(user, now)

    monkeypatch.setattr(closing_accounts, "_call_off", trouble)
    later = NOW + DAY + GRACE
    assert close_accounts(now=later) == 1
    salon.dana.refresh_from_db()
    assert not salon.dana.is_active


def test_the_address_is_free_again(danai: User, monday: Any) -> None:
    close(danai, monday)
    again = make_user("danai@example.com")
    assert again.pk != danai.pk


def test_every_tie_to_a_person_is_thought_of() -> None:
    """A new relation to the account must be erased in `booking.domain.erasing`, or named here."""
    ties = {
        f"{tie.related_model._meta.label}.{tie.field.name}"
        for tie in User._meta.get_fields(include_hidden=True)
        if isinstance(tie, models.ManyToOneRel)
    }
    assert ties == {
        "account.EmailAddress.user",
        "admin.LogEntry.user",  # what an administrator did; the row says nothing of them
        "booking.Appointment.customer",
        "booking.AppointmentEvent.by",  # somebody without a name did it
        "booking.Client.user",
        "booking.Notification.recipient",
        "booking.Order.customer",
        "booking.OrderEvent.by",  # the same
        "booking.Review.author",
        "booking.ReviewReport.by",
        "customers.MessagePreference.user",
        "customers.User_groups.user",
        "customers.User_user_permissions.user",
        "providers.Favourite.user",
        "providers.Invitation.invited_by",
        "providers.Provider.owner",  # a business that is not shown any more
        "providers.Staff.user",
    }
