"""/provider/hours/dates/: dates with hours of their own, and public holidays."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import User
from providers.domain.hours import coming_holidays
from providers.models import DateOverride, Provider, Staff
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE = "/provider/hours/dates/"
TODAY = NOW.date()
Row = tuple[date, int | None, int | None, str]


def kept(staff: Staff | None = None) -> list[Row]:
    rows = DateOverride.objects.filter(staff=staff).order_by("date", "start_minute")
    return list(rows.values_list("date", "start_minute", "end_minute", "note"))


def add(**typed: str) -> dict[str, str]:
    return {"do": "add", "first": "2026-12-01", "last": "", "kind": "closed", "note": ""} | typed


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_an_empty_list_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    html = as_user(salon.alice).get(PAGE).content.decode()
    assert "No special days" in html
    assert "Unity Day" in html


def test_a_range_of_dates_is_closed_and_shown_as_one(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.mary)
    response = client.post(PAGE, add(last="2026-12-03", note="Painting"), follow=True)
    assert response.redirect_chain == [(PAGE, 303)]
    assert kept() == [(date(2026, 12, day), None, None, "Painting") for day in (1, 2, 3)]
    html = response.content.decode()
    assert "Tue 1 Dec – Thu 3 Dec" in html
    assert html.count(">Remove<") == 1
    client.post(PAGE, {"do": "remove", "first": "2026-12-01", "last": "2026-12-03"})
    assert kept() == []


def test_special_hours_take_the_place_of_former_ones(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, add())
    hours = {"s-0-from": "10:00", "s-0-until": "12:00", "s-1-from": "13:00", "s-1-until": "00:00"}
    for _ in range(2):
        client.post(PAGE, add(kind="open", **hours))
    assert [row[1:3] for row in kept()] == [(600, 720), (780, 1440)]
    assert "10:00–12:00, 13:00–24:00" in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"first": "2026-11-23"}, "This date has passed."),
        ({"first": ""}, "This field is required."),
        ({"first": "soon"}, "Enter a valid date."),
        ({"last": "2026-11-30"}, "The last day comes before the first."),
        ({"last": "2027-12-01"}, "At most three months at once."),
        ({"first": "2030-01-01"}, "more than two years ahead"),
        ({"first": "9999-12-31"}, "more than two years ahead"),
        ({"kind": "open"}, "Give both times."),
        ({"kind": "open", "s-0-from": "12:00", "s-0-until": "10:00"}, "The end must come after"),
    ],
)
def test_bad_input_is_told_and_kept(
    salon: Salon, as_user: LogIn, typed: dict[str, str], problem: str
) -> None:
    data = add(note="Painting", **typed)
    response = as_user(salon.alice).post(PAGE, data)
    html = response.content.decode()
    assert (response.status_code, problem in html, 'value="Painting"' in html) == (422, True, True)
    assert all(f'value="{text}"' in html for name, text in typed.items() if "s-0" in name)
    assert kept() == []


def test_staff_have_their_own_days_and_no_holidays(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.bob)
    client.post(PAGE, add())
    assert (kept(), len(kept(salon.bobs))) == ([], 1)
    assert "Unity Day" not in client.get(PAGE).content.decode()
    for do in ("close", "close-all", "open"):
        assert client.post(PAGE, {"do": do, "date": "2026-12-22"}).status_code == 404
    assert kept() == []


def test_strangers_and_unknown_deeds_are_not_found(salon: Salon, as_user: LogIn) -> None:
    for user in (salon.charlie, salon.dana):
        assert as_user(user).post(f"{PAGE}?business=salon", add()).status_code == 404
    client = as_user(salon.alice)
    assert client.post(PAGE, {"do": "explode"}).status_code == 404
    assert client.post(PAGE, {"do": "close", "date": "2026-12-23"}).status_code == 404
    assert client.post(PAGE, {"do": "remove", "first": "x", "last": "y"}).status_code == 404
    assert kept() == []


def test_a_holiday_is_closed_and_opened_again(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    for _ in range(2):
        client.post(PAGE, {"do": "close", "date": "2026-12-22"})
    assert kept() == [(date(2026, 12, 22), None, None, "Unity Day")]
    assert "Open again" in client.get(PAGE).content.decode()
    client.post(PAGE, {"do": "open", "date": "2026-12-22"})
    assert kept() == []


def test_all_holidays_at_once(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, {"do": "close-all"})
    days = [row[0] for row in kept()]
    assert days == [each.date for each in coming_holidays("ZW", today=TODAY)]
    assert date(2026, 12, 25) in days
    assert "Close all" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("country", "name"), [("ZW", "Unity Day"), ("KE", "Jamhuri Day"), ("ZA", "Day of Goodwill")]
)
def test_holidays_of_the_next_twelve_months(country: str, name: str) -> None:
    found = coming_holidays(country, today=TODAY)
    assert name in {each.name for each in found}
    assert all(TODAY <= each.date <= TODAY + 365 * DAY for each in found)
    assert [each.date for each in found] == sorted(each.date for each in found)


def test_an_unknown_country_says_so(salon: Salon, as_user: LogIn) -> None:
    Provider.objects.update(country="QQ")
    html = as_user(salon.alice).get(PAGE).content.decode()
    assert "We know no public holidays of your country (QQ)." in html
    assert as_user(salon.alice).post(PAGE, {"do": "close-all"}).status_code == 404


def test_appointments_on_a_closed_day_stay_and_are_told(salon: Salon, as_user: LogIn) -> None:
    booked = make_appointment(salon.braids, salon.bobs, start=NOW + 7 * DAY)
    html = as_user(salon.alice).post(PAGE, add(), follow=True).content.decode()
    assert "1 appointment lies outside" in html
    booked.refresh_from_db()
    assert booked.status == "confirmed"


def test_queries_do_not_grow(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.alice), []
    for number in range(3):
        client.post(PAGE, add(first=f"2026-12-0{2 * number + 1}"))
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[2] == 9


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2029-03-01"])
def test_dates_that_cannot_be_meant_are_refused(salon: Salon, as_user: LogIn, day: str) -> None:
    client = as_user(salon.alice)
    for data in (add(first=day), add(last=day), {"do": "remove", "first": day, "last": day}):
        assert client.post(PAGE, data).status_code == 422
    assert kept() == []
