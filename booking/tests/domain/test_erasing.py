"""After an account is deleted nothing of the person is left, and businesses keep their history."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client as Browser

from booking.domain import closing_accounts, erasing
from booking.domain.closing_accounts import (
    GRACE,
    SETTLE,
    TooLate,
    close_accounts,
    confirm_closing,
)
from booking.domain.erasing import FORMER
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
    book,
    close,
    danai,
    everything,
    folder,
    leaks,
    live_a_little,
    monday,
    salon,
)
from booking.tests.jobs.salon import DAY, NOW, Salon, deliver
from customers.models import OptOut, User

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


def test_nothing_of_the_person_is_left_anywhere(
    salon: Salon, danai: User, monday: Any, folder: Path
) -> None:
    visit = live_a_little(salon, danai, make_user(is_staff=True))
    assert set(leaks()) >= {
        *("account.EmailAddress", "admin.LogEntry", "booking.Appointment", "booking.Client"),
        *("booking.Notification", "booking.Order", "booking.Review", "customers.User"),
        *("providers.Invitation", "sessions.Session"),
    }, "there must be something that could leak"
    assert list(folder.rglob("*.webp"))
    close(danai, monday)
    assert leaks() == {}
    assert not list(folder.rglob("*.webp"))
    assert not OptOut.objects.exists()
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
    assert (client.name, client.blocked, client.appointments.count()) == (FORMER, True, 3)
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


def test_a_customer_named_like_the_business_leaves_its_name_alone(
    salon: Salon, monday: Any
) -> None:
    namesake = make_user("other@example.com", name="Tendai")
    book(salon, namesake, start=NOW + DAY)
    told = Notification.objects.create(
        recipient=salon.alice,
        side="provider",
        kind="digest",
        provider=salon.provider,
        title="Today at Tendai Hair Studio",
        path="/provider/",
        dedupe="agenda",
    )
    close(namesake, monday)
    told.refresh_from_db()
    assert told.title == "Today at Tendai Hair Studio"


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
    assert close_accounts(now=END + SETTLE) == 1
    booked.refresh_from_db()
    assert (booked.status, booked.guest_name) == (Status.CANCELLED, FORMER)


def test_trouble_with_one_account_keeps_no_other_waiting(
    danai: User, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm_closing(danai, now=NOW)
    confirm_closing(salon.dana, now=NOW + DAY)
    real = closing_accounts._call_off

    def trouble(user: User, now: datetime) -> None:
        if user == danai:
            raise TooLate
        real(user, now)

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
