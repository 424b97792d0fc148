"""/me/preferences/: which messages, by which way, and when."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from customers.domain.preferences import set_preference, wanted_channels
from customers.models import Channel, MessageKind, MessagePreference, User
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

PAGE = "/me/preferences/"
ALL_WAYS = ["email", "sms", "whatsapp"]


@pytest.fixture(autouse=True)
def carriers(settings: Settings) -> None:
    """Both kinds of texts can be sent."""
    settings.SMS_BACKEND = settings.WHATSAPP_BACKEND = "memory"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def offered(html: str) -> dict[str, list[str]]:
    """The boxes by their group, in order."""
    found: dict[str, list[str]] = {}
    for box in re.findall(r'<input type="checkbox"[^>]*>', html):
        name, value = (re.findall(rf'{key}="([^"]*)"', box)[0] for key in ("name", "value"))
        found.setdefault(name, []).append(value)
    return found


def ticked(html: str) -> dict[str, list[str]]:
    """The same of those that are ticked."""
    boxes = "".join(re.findall(r'<input type="checkbox"[^>]*checked[^>]*>', html))
    return offered(boxes)


def form(client: Client, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page as it is, with changes."""
    page = client.get(PAGE)
    fields = {name: page.context["person"][name].value() for name in ("name", "country", "phone")}
    boxes = {"reminder_leads": [], **ticked(page.content.decode())}
    zone = page.context["person"]["timezone"].value()
    return fields | {"timezone": zone} | boxes | changes


def save(client: Client, **changes: Any) -> int:
    return client.post(PAGE, form(client, **changes)).status_code


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.post(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_customers_are_offered_what_concerns_them(salon: Salon, dana: Client) -> None:
    boxes = offered(dana.get(PAGE).content.decode())
    assert boxes.pop("reminder_leads") == ["30", "60", "120", "180", "1440", "2880", "10080"]
    assert boxes == {"bookings": ALL_WAYS, "reminders": ALL_WAYS}


@pytest.mark.parametrize("role", ["alice", "mary", "bob"])
def test_people_of_a_business_are_offered_its_messages(salon: Salon, role: str) -> None:
    boxes = offered(browser(getattr(salon, role)).get(PAGE).content.decode())
    assert boxes["business"] == ["email"]
    assert boxes["digest"] == ["in_app", "email"]


def test_texts_need_a_phone_number(salon: Salon, dana: Client) -> None:
    User.objects.filter(pk=salon.dana.pk).update(phone="")
    html = dana.get(PAGE).content.decode()
    assert offered(html)["bookings"] == ["email"]
    assert "For texts, add your phone number below." in html
    assert save(dana, phone="0771234567", country="ZW") == 303
    assert offered(dana.get(PAGE).content.decode())["bookings"] == ALL_WAYS


def test_texts_need_a_carrier(salon: Salon, dana: Client, settings: Settings) -> None:
    settings.SMS_BACKEND = "none"
    html = dana.get(PAGE).content.decode()
    assert offered(html)["bookings"] == ["email", "whatsapp"]
    settings.WHATSAPP_BACKEND = "none"
    User.objects.filter(pk=salon.dana.pk).update(phone="")
    assert "For texts" not in dana.get(PAGE).content.decode()


def test_it_shows_the_defaults_and_what_was_chosen(salon: Salon, dana: Client) -> None:
    expected = {"bookings": ["email"], "reminders": ["email"], "reminder_leads": ["1440"]}
    assert ticked(dana.get(PAGE).content.decode()) == expected
    set_preference(salon.dana, MessageKind.REMINDERS, Channel.EMAIL, wanted=False)
    set_preference(salon.dana, MessageKind.REMINDERS, Channel.WHATSAPP, wanted=True)
    assert ticked(dana.get(PAGE).content.decode())["reminders"] == ["whatsapp"]


def test_saving_keeps_the_choice(salon: Salon, dana: Client) -> None:
    assert save(dana, bookings=["email", "sms"], reminders=[]) == 303
    assert wanted_channels(salon.dana, MessageKind.BOOKINGS) == {"in_app", "email", "sms"}
    assert wanted_channels(salon.dana, MessageKind.REMINDERS) == {"in_app"}


def test_saving_what_is_shown_writes_no_choice(salon: Salon, dana: Client) -> None:
    """So that a better default would reach everybody who chose nothing."""
    assert save(dana) == 303
    assert not MessagePreference.objects.exists()


def test_a_repeat_is_harmless(salon: Salon, dana: Client) -> None:
    sent = form(dana, bookings=["sms"])
    assert [dana.post(PAGE, sent).status_code for _ in range(2)] == [303, 303]
    assert wanted_channels(salon.dana, MessageKind.BOOKINGS) == {"in_app", "sms"}


def test_what_is_not_offered_stays(salon: Salon, dana: Client, settings: Settings) -> None:
    set_preference(salon.dana, MessageKind.BOOKINGS, Channel.SMS, wanted=True)
    settings.SMS_BACKEND = "none"
    assert save(dana) == 303
    assert "sms" in wanted_channels(salon.dana, MessageKind.BOOKINGS)


def test_the_agenda_is_on_and_off(salon: Salon) -> None:
    alice = browser(salon.alice)
    assert save(alice, digest=["email"]) == 303
    assert wanted_channels(salon.alice, MessageKind.DIGEST) == {"in_app", "email"}
    assert save(alice, digest=["in_app"]) == 303
    assert wanted_channels(salon.alice, MessageKind.DIGEST) == {"in_app"}
    assert save(alice, digest=[]) == 303
    assert wanted_channels(salon.alice, MessageKind.DIGEST) == frozenset()


def test_customers_cannot_choose_a_businesss_messages(salon: Salon, dana: Client) -> None:
    assert save(dana, digest=["email"], business=["sms"]) == 303
    assert not MessagePreference.objects.exists()


@pytest.mark.parametrize("way", ["in_app", "fax", "email<script>"])
def test_unknown_ways_are_refused(salon: Salon, dana: Client, way: str) -> None:
    assert save(dana, bookings=[way]) == 422
    assert not MessagePreference.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"), [(["60", "1440"], [60, 1440]), ([], []), (["1440", "60"], [60, 1440])]
)
def test_lead_times(salon: Salon, dana: Client, sent: list[str], kept: list[int]) -> None:
    assert save(dana, reminder_leads=sent) == 303
    salon.dana.refresh_from_db()
    assert sorted(salon.dana.reminder_leads) == kept


@pytest.mark.parametrize("lead", ["5", "-60", "x", "9" * 40])
def test_other_lead_times_are_refused(salon: Salon, dana: Client, lead: str) -> None:
    assert save(dana, reminder_leads=[lead]) == 422
    salon.dana.refresh_from_db()
    assert salon.dana.reminder_leads == [1440]


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("ZW", "077 123 4567", "+263771234567"),
        ("KE", "0712 345678", "+254712345678"),
        ("", "+27 82 123 4567", "+27821234567"),
        ("ZW", "", ""),
    ],
)
def test_phone_numbers(salon: Salon, dana: Client, country: str, typed: str, kept: str) -> None:
    assert save(dana, country=country, phone=typed) == 303
    salon.dana.refresh_from_db()
    assert (salon.dana.country, salon.dana.phone) == (country, kept)


@pytest.mark.parametrize(("country", "typed"), [("", "077 123 4567"), ("ZW", "12"), ("KE", "x")])
def test_numbers_that_cannot_be_dialled_are_refused(
    salon: Salon, dana: Client, country: str, typed: str
) -> None:
    response = dana.post(PAGE, form(dana, country=country, phone=typed, bookings=[]))
    assert response.status_code == 422
    assert "phone number" in response.content.decode()
    salon.dana.refresh_from_db()
    assert salon.dana.phone == "+263771234567"
    assert not MessagePreference.objects.exists()  # neither form is kept alone


def test_name_and_clock(salon: Salon, dana: Client) -> None:
    assert save(dana, name="Dana P.", timezone="Europe/London") == 303
    salon.dana.refresh_from_db()
    assert (salon.dana.name, salon.dana.timezone) == ("Dana P.", "Europe/London")
    assert save(dana, timezone="") == 303
    assert save(dana, timezone="Mars/Base") == 422


def test_an_odd_clock_or_country_of_the_account_stays_possible(salon: Salon, dana: Client) -> None:
    User.objects.filter(pk=salon.dana.pk).update(timezone="UTC", country="MW")
    assert save(dana) == 303
    salon.dana.refresh_from_db()
    assert (salon.dana.timezone, salon.dana.country) == ("UTC", "MW")


def test_nothing_else_of_the_account_can_be_sent(salon: Salon, dana: Client) -> None:
    before = User.objects.values("email", "password", "is_staff", "is_superuser")
    old = list(before)
    save(dana, email="other@example.com", is_staff="on", is_superuser="on", password="x")
    assert list(before.all()) == old


def test_words_are_text_not_markup(salon: Salon, dana: Client) -> None:
    sent = form(dana, name='"><script>1</script>', phone="<b>X")
    assert "<script>1" not in dana.post(PAGE, sent).content.decode()


@pytest.mark.parametrize("chosen", [0, 6])
def test_queries(salon: Salon, dana: Client, chosen: int) -> None:
    for kind, way in [(k, w) for k in list(MessageKind)[:2] for w in ALL_WAYS][:chosen]:
        set_preference(salon.dana, kind, Channel(way), wanted=True)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get(PAGE).status_code == 200
    # Session, person, business or not, two kinds, what a guest stopped, the person to change.
    assert len(queries) == 7


def test_the_form_needs_its_token(salon: Salon) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(salon.dana)
    assert strict.post(PAGE, form(strict)).status_code == 403
