"""/provider/hours/: the week of the business, and of each person."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import set_hours
from customers.models import User
from providers.domain.hours import minutes_a_week, row_problems, week_of
from providers.forms.hours import parse_minute
from providers.models import Staff, WeeklyHours
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE = "/provider/hours/"
CLOSED = {f"closed-{day}": "on" for day in range(7)}


def opened(*days: int, **rows: str) -> dict[str, str]:
    """A form in which the given days are open, with the rows ``d0_0="08:00-12:00"``."""
    data = {name: value for name, value in CLOSED.items() if int(name[-1]) not in days}
    for name, value in rows.items():
        start, end = value.split("-")
        data |= {f"{name.replace('_', '-')}-from": start, f"{name.replace('_', '-')}-until": end}
    return data


def kept(salon: Salon, staff: Staff | None = None) -> dict[int, list[tuple[int, int]]]:
    return {day: rows for day, rows in week_of(salon.provider, staff).items() if rows}


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_page_says_how_long_the_week_is(salon: Salon, as_user: LogIn) -> None:
    html = as_user(salon.alice).get(PAGE).content.decode()
    assert "Open 54 h a week" in html
    assert html.count('value="08:00"') == 6
    assert "Open twice, with a break" in html


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_owner_and_manager_change_it(salon: Salon, as_user: LogIn, role: str) -> None:
    data = opened(0, 5, d0_0="08:00-12:00", d0_1="13:00-17:30", d5_0="18:00-00:00")
    response = as_user(getattr(salon, role)).post(PAGE, data, follow=True)
    assert response.redirect_chain == [(PAGE, 303)]
    assert kept(salon) == {0: [(480, 720), (780, 1050)], 5: [(1080, 1440)]}
    assert "Open 14 h 30 a week" in response.content.decode()


def test_sending_it_twice_changes_nothing_more(salon: Salon, as_user: LogIn) -> None:
    data = opened(0, d0_0="08:00-12:00")
    for _ in range(2):
        as_user(salon.alice).post(PAGE, data)
    assert kept(salon) == {0: [(480, 720)]}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ({"d0_0": "12:00-08:00"}, "The end must come after the start."),
        ({"d0_0": "08:00-08:00"}, "The end must come after the start."),
        ({"d0_0": "08:00-12:00", "d0_1": "11:59-13:00"}, "overlaps"),
        ({"d0_0": "08:00-"}, "Give both times."),
        ({"d0_0": "soon-25:00"}, "Write times like 08:30."),
    ],
)
def test_what_is_wrong_stands_beside_the_row_and_all_stays_typed(
    salon: Salon, as_user: LogIn, rows: dict[str, str], problem: str
) -> None:
    before = kept(salon)
    data = opened(0, 1, d1_0="07:07-09:09", **rows)
    response = as_user(salon.alice).post(PAGE, data)
    html = response.content.decode()
    assert (response.status_code, problem in html) == (422, True)
    for typed in [*rows.values(), "07:07-09:09"]:
        assert all(f'value="{text}"' in html for text in typed.split("-"))
    assert kept(salon) == before


def test_touching_intervals_draw_a_line(salon: Salon, as_user: LogIn) -> None:
    as_user(salon.alice).post(PAGE, opened(0, d0_0="10:00-12:00", d0_1="08:00-10:00"))
    assert kept(salon) == {0: [(480, 600), (600, 720)]}


def test_a_day_is_copied_to_those_ticked(salon: Salon, as_user: LogIn) -> None:
    data: dict[str, object] = opened(0, d0_0="09:00-12:00", d0_1="14:00-18:00") | {
        "copy": "yes",
        "copy-from": "0",
        "copy-to": ["1", "4", "0"],
    }
    assert as_user(salon.alice).post(PAGE, data).status_code == 303
    assert kept(salon) == {day: [(540, 720), (840, 1080)] for day in (0, 1, 4)}


def test_copying_to_no_day_says_what_is_missing(salon: Salon, as_user: LogIn) -> None:
    data = opened(0, d0_0="09:00-12:00") | {"copy": "yes", "copy-from": "0"}
    response = as_user(salon.alice).post(PAGE, data)
    assert response.status_code == 422
    assert "Tick the days" in response.content.decode()
    assert 'value="09:00"' in response.content.decode()


def test_staff_set_their_own_hours(salon: Salon, as_user: LogIn) -> None:
    client, business = as_user(salon.bob), kept(salon)
    html = client.get(PAGE).content.decode()
    assert "Your working hours" in html
    assert html.count('value="08:00"') == 6  # those of the business, to start from
    client.post(PAGE, opened(2, d2_0="10:00-15:00") | {"own": "yes"})
    salon.bobs.refresh_from_db()
    assert (kept(salon, salon.bobs), salon.bobs.own_hours) == ({2: [(600, 900)]}, True)
    assert kept(salon) == business


def test_going_back_to_the_business_hours_forgets_nothing(salon: Salon, as_user: LogIn) -> None:
    set_hours(salon.provider, [2], staff=salon.bobs)
    Staff.objects.filter(pk=salon.bobs.pk).update(own_hours=True)
    as_user(salon.alice).post(f"{PAGE}?staff={salon.bobs.pk}", CLOSED | {"own": "no"})
    salon.bobs.refresh_from_db()
    assert (salon.bobs.own_hours, kept(salon, salon.bobs)) == (False, {2: [(480, 1020)]})


def test_others_hours_do_not_exist_for_staff(salon: Salon, as_user: LogIn) -> None:
    client, before = as_user(salon.bob), WeeklyHours.objects.count()
    for url in (f"{PAGE}?staff={salon.tendai.pk}", f"{PAGE}dates/?staff={salon.tendai.pk}"):
        assert client.get(url).status_code == 404
        assert client.post(url, opened(2, d2_0="10:00-15:00") | {"own": "yes"}).status_code == 404
    assert WeeklyHours.objects.count() == before


@pytest.mark.parametrize("query", ["?staff={}", "?business=salon", "?business=salon&staff={}"])
def test_strangers_find_nothing(salon: Salon, as_user: LogIn, query: str) -> None:
    for user in (salon.charlie, salon.dana):
        assert as_user(user).get(PAGE + query.format(salon.bobs.pk)).status_code == 404


@pytest.mark.parametrize("number", ["0", "x", "-1", "99999999999999999999"])
def test_a_person_that_does_not_exist(salon: Salon, as_user: LogIn, number: str) -> None:
    assert as_user(salon.alice).get(f"{PAGE}?staff={number}").status_code == 404


def test_appointments_stay_and_those_outside_are_told(salon: Salon, as_user: LogIn) -> None:
    booked = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)  # Wednesday, 12:00
    client = as_user(salon.alice)
    assert "outside" not in client.get(PAGE).content.decode()
    response = client.post(PAGE, opened(2, d2_0="08:00-12:30"), follow=True)
    html = response.content.decode()
    assert "1 appointment lies outside" in html
    assert 'href="/provider/affected/?outside=1"' in html
    before = booked.start
    booked.refresh_from_db()
    assert (booked.start, booked.status) == (before, "confirmed")
    assert "Guest Gumbo" in client.get("/provider/affected/?outside=1").content.decode()


def test_queries_do_not_grow(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.alice), []
    for number in range(3):
        make_appointment(salon.braids, salon.bobs, start=NOW + (number + 1) * DAY)
        set_hours(salon.provider, [6], start=60 * number, end=60 * number + 30)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[2] == QUERIES


QUERIES = 9


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        *[("8", 480), ("8:30", 510), ("08.30", 510), ("0830", 510), ("24:00", 1440)],
        *[("24:01", None), ("8:60", None), ("x", None), ("-8", None), ("٨", None)],
    ],
)
def test_times_are_read(text: str, minute: int | None) -> None:
    assert parse_minute(text) == minute


def test_problems_name_their_row() -> None:
    assert row_problems([(480, 720), None, (700, 800), (1440, 1441)]) == {
        2: "This overlaps another time of the day. With a break, the first ends where it begins.",
        3: "The end must come after the start.",
    }
    assert minutes_a_week({0: [(0, 60), (60, 120)], 6: [(0, 1440)]}) == 1560


def test_half_a_form_closes_nothing(salon: Salon, as_user: LogIn) -> None:
    before = kept(salon)
    for data in ({}, {"closed-0": "on", "d1-0-from": "08:00", "d1-0-until": "09:00"}):
        assert as_user(salon.alice).post(PAGE, data).status_code == 422
    assert kept(salon) == before
