"""A guest's name is one line that can be read; nothing typed passes for a fact of our mails."""

from collections.abc import Callable

import pytest
from django.test import Client

from booking.models import Appointment, AppointmentEvent
from booking.notifications.channels.email import build
from booking.notifications.sides import Side
from booking.notifications.wording import compose
from booking.tests.pages.conftest import GUEST, shown_of

Press = Callable[..., str]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Tariro   Moyo ", "Tariro Moyo"),
        ("Tariro\r\nPrice: USD 0.00", "Tariro Price: USD 0.00"),
        ("Tariro\u2028Moyo", "Tariro Moyo"),
        ("Tari\u200bro\u202e", "Tariro"),
        ("Tariro\x07 Moyo", "Tariro Moyo"),
        ("Zoë O’Brien-Ñandú", "Zoë O’Brien-Ñandú"),
        ("‎محمد", "محمد"),
    ],
)
def test_a_name_is_kept_as_it_looks(client: Client, hold: Press, typed: str, kept: str) -> None:
    url = hold()
    response = client.post(url, {"shown": shown_of(client, url)} | GUEST | {"name": typed})
    assert response.status_code == 303
    assert Appointment.objects.get().guest_name == kept


@pytest.mark.parametrize("typed", ["\u200b", "\u200b\u200d \ufeff", "\u202e", "\r\n", "\x07"])
def test_a_name_that_nobody_can_see_is_refused(client: Client, hold: Press, typed: str) -> None:
    url = hold()
    response = client.post(url, {"shown": shown_of(client, url)} | GUEST | {"name": typed})
    assert response.status_code == 422
    assert response.context["form"].errors["name"]
    assert not Appointment.objects.exists()


def test_notes_do_not_forge_lines_of_the_text_mail(client: Client, hold: Press) -> None:
    url = hold()
    notes = "Hello\r\nPrice: USD 0.00\nReference: AAAA-AAAA"
    client.post(url, {"shown": shown_of(client, url)} | GUEST | {"notes": notes})
    event = AppointmentEvent.objects.get()
    message = compose(event, Side.PROVIDER)
    body = str(build(message, to="bob@example.com", key="a").body)
    facts = [line.partition(":")[0] for line in body.splitlines() if ": " in line]
    assert len(facts) == len(set(facts))
    assert "Notes: Hello Price: USD 0.00 Reference: AAAA-AAAA" in body
    assert "Price: USD 20.00" in body.splitlines()
