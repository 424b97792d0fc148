"""The calendar: who stands in which column, what is free, who sees whose, and what it costs."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain.diary import find_appointments
from booking.models import Appointment, BusyTime, Hold, Session, Status
from booking.tests.cast import make_service, make_staff, make_user, set_hours
from customers.models import User
from providers.models import DateOverride, Staff, TimeOff
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment
from providers.views.calendar_columns import Board, Column, Item

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
URL = "/provider/calendar/"


def board(client: Client, query: str = "") -> Board:
    response = client.get(URL + query)
    assert response.status_code == 200
    found: Board = response.context["board"]
    return found


def column(found: Board, title: str) -> Column:
    return next(each for each in found.columns if each.title == title)


def items(found: Column, kind: str) -> list[Item]:
    return [item for item in found.items if item.kind == kind]


def seen(found: Column, kind: str) -> list[tuple[str, str]]:
    return [(item.when, item.text) for item in items(found, kind)]


def names(found: Column) -> list[str]:
    return [item.visit.first.contact_name for item in found.items if item.visit]


def test_day_has_a_column_for_each_person_in_order(salon: Salon, as_user: LogIn) -> None:
    left = make_staff(salon.provider, name="Gone", active=False)
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, guest_name="Chipo")
    make_appointment(salon.braids, salon.tendai, start=NOW + DAY, guest_name="Tomorrow")
    found = board(as_user(salon.alice))
    assert [each.title for each in found.columns] == ["Bob", "Mary", "Tendai"]
    assert [names(each) for each in found.columns] == [["Chipo"], [], []]
    make_appointment(salon.braids, left, start=NOW + HOUR)
    assert [each.title for each in board(as_user(salon.alice)).columns][-1] == "Gone"


def test_what_needs_nobody_has_a_column_when_there_is_some(salon: Salon, as_user: LogIn) -> None:
    room = make_service(salon.provider, name="Room")
    make_appointment(room, None, start=NOW + HOUR)
    make_appointment(room, None, start=NOW + HOUR)
    found = column(board(as_user(salon.alice)), "Without staff")
    assert [item.place.split()[2] for item in items(found, "visit")] == ["l1", "l2"]
    titles = [each.title for each in board(as_user(salon.alice), "?date=2026-11-25").columns]
    assert titles == ["Bob", "Mary", "Tendai"]


def test_business_without_people_has_one_column(salon: Salon, as_user: LogIn) -> None:
    found = board(as_user(salon.charlie))
    assert [each.title for each in found.columns] == ["Charlie Cuts"]


def test_block_stands_at_its_time_and_says_what_is_meant(salon: Salon, as_user: LogIn) -> None:
    made = make_appointment(
        salon.braids, salon.bobs, start=NOW + HOUR, minutes=90, status=Status.PENDING
    )
    client = as_user(salon.alice)
    (item,) = items(column(board(client), "Bob"), "visit")
    assert item.place == "r60 s18 tall"  # the day begins at 08:00; five hours are 60 lines
    assert (item.when, item.until, item.text, item.word) == ("13:00", "14:30", "Braids", "asks")
    html = client.get(URL).content.decode()
    assert f'href="/provider/appointments/{made.pk}/"' in html
    assert f'href="/provider/appointments/{made.pk}/reschedule/?next=' in html


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.COMPLETED, 1),
        (Status.NO_SHOW, 1),
        (Status.CANCELLED, 0),
        (Status.DECLINED, 0),
        (Status.EXPIRED, 0),
    ],
)
def test_only_what_took_place_is_history(
    salon: Salon, as_user: LogIn, status: Status, shown: int
) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW - 2 * HOUR, status=status)
    found = items(column(board(as_user(salon.alice)), "Bob"), "visit")
    assert len(found) == shown
    assert not any(item.movable for item in found)


def test_buffers_are_drawn_and_not_offered(salon: Salon, as_user: LogIn) -> None:
    made = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    Session.objects.filter(pk=made.session_id).update(
        occupied_from=made.start - HOUR / 2, occupied_until=made.end + HOUR / 2
    )
    found = column(board(as_user(salon.alice)), "Bob")
    assert [item.place for item in items(found, "buffer")] == ["r54 s6", "r72 s6"]
    assert [item.when for item in items(found, "gap")] == [
        *("11:45", "14:30", "15:00", "15:30", "16:00", "16:30"),
    ]


def test_class_is_one_block_with_its_seats_and_people(salon: Salon, as_user: LogIn) -> None:
    yoga = make_service(salon.provider, [salon.bobs], name="Yoga", seats=8)
    first = make_appointment(yoga, salon.bobs, start=NOW + HOUR, party_size=2, guest_name="Ann")
    second = make_appointment(yoga, salon.tendai, start=NOW + HOUR, guest_name="Ben")
    gone = make_appointment(yoga, salon.marys, start=NOW + HOUR, status=Status.CANCELLED)
    Session.objects.filter(pk=first.session_id).update(seats=8, seats_taken=3)
    for other in (second, gone):
        Appointment.objects.filter(pk=other.pk).update(session=first.session, staff=salon.bobs)
    html = as_user(salon.alice).get(URL).content.decode()
    assert html.count('class="visit group') == 1
    assert "3 of 8 seats" in html
    assert re.findall(r">(Ann \+1|Ben)</a>", html) == ["Ann +1", "Ben"]


def test_time_off_busy_time_and_holds_say_what_they_are(salon: Salon, as_user: LogIn) -> None:
    def at(hour: int) -> dict[str, Any]:
        return {"start": NOW + hour * HOUR, "end": NOW + (hour + 1) * HOUR}

    TimeOff.objects.create(provider=salon.provider, staff=salon.bobs, reason="Dentist", **at(0))
    TimeOff.objects.create(provider=salon.provider, reason="No power", **at(1))
    BusyTime.objects.create(staff=salon.bobs, uid="x", **at(2))
    held = at(3) | {"occupied_from": NOW + 3 * HOUR, "occupied_until": NOW + 4 * HOUR}
    for expires in (NOW + HOUR / 60, NOW - HOUR / 60):
        Hold.objects.create(
            provider=salon.provider,
            service=salon.braids,
            staff=salon.bobs,
            visitor="v",
            expires_at=expires,
            **held,
        )
    found = board(as_user(salon.alice))
    bob, mary = column(found, "Bob"), column(found, "Mary")
    assert seen(bob, "off") == [("12:00–13:00", "Dentist"), ("13:00–14:00", "No power")]
    assert seen(bob, "busy") == [("14:00–15:00", "Busy elsewhere")]
    assert seen(bob, "held") == [("15:00–16:00", "Held by a visitor")]
    assert [item.when for item in items(bob, "gap")] == ["11:45", "16:00", "16:30"]
    assert seen(mary, "off") == [("13:00–14:00", "No power")]


def test_hours_are_the_persons_own_and_the_rest_is_closed(salon: Salon, as_user: LogIn) -> None:
    Staff.objects.filter(pk=salon.bobs.pk).update(own_hours=True)
    set_hours(salon.provider, [1], start=10 * 60, end=13 * 60, staff=salon.bobs)
    set_hours(salon.provider, [1], start=14 * 60, end=16 * 60, staff=salon.bobs)
    found = board(as_user(salon.alice))
    bob = column(found, "Bob")
    assert [item.when for item in items(bob, "closed")] == [
        *("00:00–10:00", "13:00–14:00", "16:00–00:00")
    ]
    assert [item.place for item in items(bob, "closed")] == ["r0 s24", "r60 s12", "r96 s12"]
    assert bob.work == "120-300 360-480"
    DateOverride.objects.create(provider=salon.provider, date=NOW.date())
    assert [each.work for each in board(as_user(salon.alice)).columns] == ["", "", ""]


def test_links_to_book_are_on_the_step_and_not_in_the_past(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, minutes=100)
    found = items(column(board(as_user(salon.alice)), "Bob"), "gap")
    # It is noon, and one step late is early enough; 14:40 is not on the step, 14:45 is.
    assert [item.when for item in found] == ["11:45", "12:30", "14:45", "15:30", "16:00", "16:30"]
    assert found[2].value == "2026-11-24T12:45Z"
    yesterday = board(as_user(salon.alice), "?date=2026-11-23")
    assert [items(each, "gap") for each in yesterday.columns] == [[], [], []]


def test_week_has_a_column_for_each_day_from_monday(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, guest_name="Chipo")
    make_appointment(salon.braids, salon.tendai, start=NOW + DAY, guest_name="Farai")
    found = board(as_user(salon.alice), "?view=week")
    assert [str(each.day) for each in found.columns] == [f"2026-11-{23 + n}" for n in range(7)]
    wednesday = found.columns[2]
    assert [(item.who, item.place.split()[2]) for item in items(wednesday, "visit")] == [
        ("Bob", "l1"),
        ("Tendai", "l2"),
    ]
    # Mary is still free then.
    assert "12:00" in [item.when for item in items(wednesday, "gap")]
    hers = board(as_user(salon.alice), f"?view=week&staff={salon.tendai.pk}")
    assert [names(each) for each in hers.columns] == [[], [], ["Farai"], [], [], [], []]


def test_ways_lead_a_day_or_a_week_on(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    context = client.get(f"{URL}?date=2026-12-01&staff={salon.bobs.pk}").context
    more = f"&staff={salon.bobs.pk}"
    assert context["title"] == "Tue 1 Dec"
    assert context["earlier"] == f"{URL}?view=day&date=2026-11-30{more}"
    assert context["today_url"] == f"{URL}?view=day&date=2026-11-24{more}"
    context = client.get(URL, {"view": "week", "date": "2026-12-01"}).context
    assert context["title"] == "30 Nov – 6 Dec"
    assert context["later"] == f"{URL}?view=week&date=2026-12-08"
    assert client.get(URL).context["today_url"] == ""
    assert client.get(URL, {"view": "week", "date": "2027-12-01"}).context["title"] == (
        "29 Nov – 5 Dec 2027"
    )


def test_staff_see_their_own_column_alone(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR, guest_name="Mine")
    make_appointment(salon.braids, salon.tendai, start=NOW + HOUR, guest_name="Hidden")
    make_appointment(make_service(salon.provider), None, start=NOW, guest_name="Roomy")
    TimeOff.objects.create(
        provider=salon.provider, staff=salon.tendai, start=NOW, end=NOW + HOUR, reason="Secret"
    )
    client = as_user(salon.bob)
    for query in ("", "?view=week", f"?staff={salon.bobs.pk}"):
        html = client.get(URL + query).content.decode()
        assert "Mine" in html
        for other in ("Hidden", "Roomy", "Secret", "Tendai<", "Whose calendar"):
            assert other not in html
    assert client.get(f"{URL}?staff={salon.tendai.pk}").status_code == 404


def test_nobody_sees_another_business(salon: Salon, as_user: LogIn) -> None:
    theirs = make_staff(salon.elsewhere, name="Theirs")
    for user in (salon.alice, salon.mary):
        assert as_user(user).get(f"{URL}?staff={theirs.pk}").status_code == 404
    assert as_user(salon.charlie).get(f"{URL}?staff={salon.bobs.pk}").status_code == 404
    assert as_user(salon.charlie).get(f"{URL}?business=salon").status_code == 404


@pytest.mark.parametrize(
    "query", ["?date=tomorrow", "?view=year", "?staff=bob", "?date=2026-02-30", "?staff=-1"]
)
def test_what_cannot_be_read_shows_today(salon: Salon, as_user: LogIn, query: str) -> None:
    response = as_user(salon.alice).get(URL + query)
    assert (response.status_code, response.context["title"]) == (400, "Tue 24 Nov")
    assert 'class="notice warn"' in response.content.decode()


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_calendar_ends_somewhere(salon: Salon, as_user: LogIn, date: str) -> None:
    for view in ("day", "week"):
        assert as_user(salon.alice).get(f"{URL}?view={view}&date={date}").status_code == 200


def test_fragment_is_the_calendar_alone_and_unchanged_costs_nothing(
    salon: Salon, as_user: LogIn
) -> None:
    client = as_user(salon.alice)
    headers = {"HX-Request": "true", "HX-Target": "calendar"}
    first = client.get(URL, headers=headers)
    assert first.content.decode().startswith('<div id="calendar"')
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(URL, headers=headers | {"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    changed = client.get(URL, headers=headers | {"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def fill(salon: Salon, number: int) -> None:
    """Make so many people with an appointment each, a class, a room, time off and busy time."""
    yoga = make_service(salon.provider, [salon.bobs], name="Yoga", seats=8)
    for n in range(number):
        person = make_staff(salon.provider, name=f"Person {n}")
        start = NOW + n * HOUR / 10
        customer: dict[str, Any] = {"customer": make_user()} if n % 2 else {}
        make_appointment(salon.braids, person, start=start, **customer)
        made = make_appointment(yoga, person, start=start + 2 * HOUR)
        Session.objects.filter(pk=made.session_id).update(seats=8)
        make_appointment(make_service(salon.provider), None, start=start)
        TimeOff.objects.create(provider=salon.provider, staff=person, start=start, end=start + HOUR)
        BusyTime.objects.create(staff=person, start=start, end=start + HOUR, uid=str(n))


@pytest.mark.parametrize("number", [1, 3, 30])
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (URL, 11),
        (f"{URL}?view=week", 11),
        ("/provider/calendar/sheet/", 10),
    ],
)
def test_number_of_queries_is_constant(
    salon: Salon, as_user: LogIn, number: int, url: str, expected: int
) -> None:
    fill(salon, number)
    client = as_user(salon.alice)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    assert len(queries) == expected


@pytest.mark.parametrize("view", ["day", "week"])
def test_full_house_is_light(salon: Salon, as_user: LogIn, view: str) -> None:
    """Five people with six appointments each on five days: what a refresh sends when changed."""
    make_staff(salon.provider, name="Rudo"), make_staff(salon.provider, name="Tariro")
    for n, person in enumerate(salon.provider.staff.all()):
        for day in range(-1, 4):
            for hour in range(-4, 2):
                start = NOW + day * DAY + hour * HOUR
                make_appointment(salon.braids, person, start=start, guest_name=f"Client {hour}{n}")
    headers = {"HX-Request": "true", "HX-Target": "calendar"}
    response = as_user(salon.alice).get(f"{URL}?view={view}", headers=headers)
    size = len(gzip.compress(response.content))
    assert size <= {"day": 4_000, "week": 10_000}[view], (size, len(response.content))


def test_week_reads_its_own_rows_by_an_index(salon: Salon) -> None:
    """Years of history do not make it slower: the start's index leaves them alone."""
    kept = make_appointment(salon.braids, salon.bobs, start=NOW)
    rows = [{"start": NOW + n * HOUR, "end": NOW + (n + 1) * HOUR} for n in range(-6000, 0)]
    shared = {
        "provider": salon.provider,
        "service": salon.braids,
        "staff": salon.bobs,
        "session": kept.session,
        "status": Status.COMPLETED,
        "price": 1,
        "currency": "USD",
    }
    Appointment.objects.bulk_create(Appointment(**shared, **row) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE booking_appointment")
    for only, index in ((None, "appointment_by_provider"), (salon.bobs, "appointment_by_")):
        found = find_appointments(
            salon.provider, since=NOW - DAY, until=NOW + timedelta(days=6), only=only
        )
        plan = found.explain()
        assert index in plan, plan
        assert "Seq Scan on booking_appointment" not in plan
        assert len(list(found)) == 25
