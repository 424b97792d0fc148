"""What comes by itself can be stopped by one press in the mail reader, without logging in."""

from collections.abc import Callable
from email.utils import formataddr
from urllib.parse import urlsplit

import pytest

from booking.models import Delivery, Notification
from booking.notifications.channels.email import build
from booking.notifications.post import post
from booking.notifications.recipients import Recipient, customer_of, member_of
from booking.notifications.unsubscribe import (
    UnknownStop,
    apply,
    make_token,
    read_token,
    stop_url,
)
from booking.notifications.wording import Message
from booking.tests.jobs.salon import NOW, Salon, deliver, wire
from customers.domain.preferences import any_opted_out, wanted_channels
from customers.models import Channel, MessageKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

MESSAGE = Message("Soon", "Soon", ["It is soon."], [], "https://example.com/", "Open")


def tell(salon: Salon, recipient: Recipient, kind: MessageKind, dedupe: str = "x") -> None:
    post(
        recipient,
        kind=kind,
        appointment=None,
        provider=salon.provider,
        event=None,
        message=MESSAGE,
        dedupe=dedupe,
        now=NOW,
        channels=frozenset({Channel.IN_APP, Channel.EMAIL}),
    )


def stop_in(header: str) -> str:
    return urlsplit(header.strip("<>")).path.removeprefix("/messages/stop/").strip("/")


@pytest.mark.parametrize("kind", [MessageKind.REMINDERS, MessageKind.DIGEST])
def test_a_mail_that_comes_by_itself_says_how_to_stop_its_kind(
    salon: Salon, kind: MessageKind
) -> None:
    owner = member_of(salon.provider, salon.alice)
    tell(salon, owner, MessageKind.BUSINESS)
    [receipt] = deliver()
    assert wire(receipt)["List-Unsubscribe"] is None
    assert "No more messages" not in receipt.body

    url = stop_url(salon.alice, kind)
    mail = build(MESSAGE, to="alice@example.com", key="k", stop=url)
    assert wire(mail)["List-Unsubscribe"] == f"<{url}>"
    assert wire(mail)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in mail.body
    stop = read_token(stop_in(wire(mail)["List-Unsubscribe"]))
    assert (stop.kind, stop.user) == (kind, salon.alice.pk)


def test_an_account_stops_mails_of_the_kind_and_nothing_else(salon: Salon) -> None:
    stop = read_token(make_token(salon.alice, MessageKind.REMINDERS))
    for _ in range(2):
        apply(stop)
    assert wanted_channels(salon.alice, MessageKind.REMINDERS) == {Channel.IN_APP}
    assert Channel.EMAIL in wanted_channels(salon.alice, MessageKind.BUSINESS)
    assert Channel.EMAIL in wanted_channels(salon.dana, MessageKind.REMINDERS)


def test_a_guest_stops_the_kind_by_a_link_without_the_address(salon: Salon) -> None:
    token = make_token("Chipo@example.com", MessageKind.REMINDERS)
    assert "hipo" not in token
    for _ in range(2):
        apply(read_token(token))
    assert any_opted_out(["chipo@example.com"], MessageKind.REMINDERS)
    assert not any_opted_out(["chipo@example.com"], MessageKind.BOOKINGS)
    assert not any_opted_out(["dana@example.com"], MessageKind.REMINDERS)


def test_reading_a_token_stops_nothing(salon: Salon) -> None:
    read_token(make_token("chipo@example.com", MessageKind.REMINDERS))
    assert not any_opted_out(["chipo@example.com"], MessageKind.REMINDERS)


def test_an_account_that_is_gone_is_nothing_to_stop(salon: Salon) -> None:
    stop = read_token(make_token(salon.dana, MessageKind.REMINDERS))
    salon.dana.delete()
    apply(stop)


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: f"x{t}", lambda t: t[:0], str.lower],
    ids=["cut", "longer", "empty", "lower case"],
)
def test_a_token_that_we_did_not_sign_is_refused(
    salon: Salon, change: Callable[[str], str]
) -> None:
    token = make_token(salon.alice, MessageKind.REMINDERS)
    with pytest.raises(UnknownStop):
        read_token(change(token))


def test_the_address_fits_one_line_of_a_header(salon: Salon) -> None:
    url = stop_url("somebody@example.com", MessageKind.REMINDERS)
    assert len(url) < 250
    assert formataddr(("", url)) == url


def test_what_was_stopped_meanwhile_does_not_leave(salon: Salon) -> None:
    owner = member_of(salon.provider, salon.alice)
    tell(salon, owner, MessageKind.DIGEST)
    apply(read_token(make_token(salon.alice, MessageKind.DIGEST)))
    assert deliver() == []
    row = Delivery.objects.get(channel="email")
    assert (row.status, row.error) == ("skipped", "opted out")


def test_guests_who_stopped_reminders_get_none_but_their_receipts(salon: Salon) -> None:
    apply(read_token(make_token("chipo@example.com", MessageKind.REMINDERS)))
    appointment = salon.book()
    tell(salon, customer_of(appointment), MessageKind.REMINDERS)
    mails = deliver()
    assert [sent.subject[:7] for sent in mails if sent.to == ["chipo@example.com"]] == ["Your bo"]
    reminders = Delivery.objects.filter(notification__kind="reminders")
    assert [(row.status, row.error) for row in reminders] == [("skipped", "opted out")]
    assert Notification.objects.filter(kind="bookings").count() == 1
