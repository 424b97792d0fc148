"""The hour that the clock shows twice: its two starts are told apart wherever they are said."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from booking.models import Appointment
from booking.tests import cast
from booking.tests.pages.conftest import GUEST, HTMX, Salon, shown_of
from booking.words import say_time, say_when

NIGHT = date(2026, 10, 25)  # in London 02:00 becomes 01:00 again
FIRST, SECOND = "2026-10-25T00:00Z", "2026-10-25T01:00Z"

Press = Callable[..., str]


@pytest.fixture(autouse=True)
def _london(salon: Salon, clock: time_machine.Traveller) -> None:
    salon.provider.timezone = "Europe/London"
    salon.provider.save()
    cast.set_hours(salon.provider, [6], start=0, end=6 * 60)
    clock.move_to(datetime(2026, 10, 24, 12, tzinfo=UTC))


@pytest.mark.parametrize("view", ["day", "week"])
def test_two_buttons_do_not_read_the_same(client: Client, salon: Salon, view: str) -> None:
    url = f"{salon.url('booking')}?date={NIGHT}&view={view}"
    text = client.get(url, headers=HTMX).content.decode()
    assert f"<button name=start value={FIRST}>01:00 BST</button>" in text
    assert f"<button name=start value={SECOND}>01:00 GMT</button>" in text
    assert "<button name=start value=2026-10-24T23:00Z>00:00</button>" in text
    assert "<button name=start value=2026-10-25T02:00Z>02:00</button>" in text


def test_a_taken_one_is_named_too(client: Client, salon: Salon) -> None:
    client.post(salon.url("hold_create"), {"start": FIRST})
    url = f"{salon.url('booking')}?date={NIGHT}&view=day"
    text = Client().get(url, headers=HTMX).content.decode()
    assert "<s>01:00 BST</s>" in text
    assert "01:00 GMT</button>" in text


@pytest.mark.parametrize(
    ("start", "when"),
    [(FIRST, "Sun 25 Oct, 01:00 BST–01:00 GMT"), (SECOND, "Sun 25 Oct, 01:00 GMT–02:00")],
)
def test_details_confirmation_and_move_say_which(
    client: Client, salon: Salon, start: str, when: str
) -> None:
    url = client.post(salon.url("hold_create"), {"start": start})["Location"]
    assert f">{when}</time>" in client.get(url).content.decode()
    done = client.post(url, {"shown": shown_of(client, url)} | GUEST)
    assert f">{when}</time>" in client.get(done["Location"]).content.decode()
    move = f"{Appointment.objects.get().get_absolute_url()}reschedule/"
    assert f"Keep {when.partition('–')[0]}" in client.get(move).content.decode()


def test_other_times_go_without(salon: Salon) -> None:
    noon = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert say_time(noon, salon.provider.tz) == "12:00"
    assert say_when(noon, salon.provider.tz) == "Sun 25 Oct, 12:00"
