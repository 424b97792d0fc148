"""/provider/time-off/: taking, changing and giving back; and closed from now on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import make_resource
from customers.models import User
from providers.models import TimeOff, TimeOffRule
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE, CLOSE = "/provider/time-off/", "/provider/time-off/now/"


def typed(**more: object) -> dict[str, object]:
    """Wednesday 25 November, 13:00 to 14:00, of the whole business."""
    return {"who": "", "first": "2026-11-25", "start": "13:00", "end": "14:00"} | more


def spans(**filters: object) -> list[tuple[datetime, datetime]]:
    return list(TimeOff.objects.filter(**filters).order_by("start").values_list("start", "end"))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November, two hours before what the clock in Harare shows."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_an_empty_list_says_what_to_do(salon: Salon, as_user: LogIn) -> None:
    assert "No time off" in as_user(salon.alice).get(PAGE).content.decode()


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_from_one_time_to_another(salon: Salon, as_user: LogIn, role: str) -> None:
    client = as_user(getattr(salon, role))
    response = client.post(PAGE, typed(reason="Stock-taking"), follow=True)
    assert response.redirect_chain == [(PAGE, 303)]
    assert spans() == [(at(25, 11), at(25, 12))]
    html = response.content.decode()
    assert "Wed 25 Nov, 13:00–14:00" in html
    assert "All of Alice Salon · Stock-taking" in html


def test_whole_days_of_one_person(salon: Salon, as_user: LogIn) -> None:
    who = f"staff-{salon.bobs.pk}"
    data = typed(who=who, last="2026-11-27", all_day="on", start="", end="")
    html = as_user(salon.alice).post(PAGE, data, follow=True).content.decode()
    assert spans(staff=salon.bobs) == [(at(24, 22), at(27, 22))]
    assert "Wed 25 Nov – Fri 27 Nov" in html


def test_of_a_resource(salon: Salon, as_user: LogIn) -> None:
    room = make_resource(salon.provider, name="Chair 1")
    as_user(salon.alice).post(PAGE, typed(who=f"resource-{room.pk}", end="00:00"))
    assert spans(resource=room) == [(at(25, 11), at(25, 22))]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"first": ""}, "This field is required."),
        ({"first": "2026-11-23"}, "This time is over already."),
        ({"first": "2031-01-01"}, "within the next two years"),
        ({"last": "2026-11-20"}, "The last day comes before the first."),
        ({"last": "2026-11-27"}, "tick “All day”"),
        ({"start": ""}, "From when?"),
        ({"end": ""}, "Until when?"),
        ({"end": "12:00"}, "The end must come after the start."),
        ({"start": "soon"}, "Write times like 08:30."),
        ({"who": "staff-0"}, "Select a valid choice."),
        ({"repeat": "week", "last": "2026-11-26", "all_day": "on"}, "lasts a day at most"),
        ({"repeat": "week", "until": "2026-11-24"}, "It would end before it begins."),
        ({"repeat": "week", "every": "53"}, "less than or equal to 52"),
        ({"repeat": "nth", "every": "25"}, "At most every 24 months."),
        ({"repeat": "month", "every": "25"}, "At most every 24 months."),
        ({"repeat": "week", "first": "2025-11-20"}, "less than a year ago"),
        ({"repeat": "daily"}, "Select a valid choice."),
        ({"reason": "x" * 201}, "at most 200"),
    ],
)
def test_bad_input_is_told_and_kept(
    salon: Salon, as_user: LogIn, wrong: dict[str, str], problem: str
) -> None:
    response = as_user(salon.alice).post(PAGE, typed(reason="Dentist") | wrong)
    html = response.content.decode()
    assert (response.status_code, problem in html) == (422, True)
    assert 'value="Dentist"' in html or "reason" in wrong
    assert not TimeOff.objects.exists()
    assert not TimeOffRule.objects.exists()


@pytest.mark.parametrize(
    ("repeat", "rrule", "days", "words"),
    [
        (
            {"repeat": "week", "weekdays": ["1", "3"]},
            "FREQ=WEEKLY;BYDAY=TU,TH",
            [26, 31, 33],
            "Every Tuesday and Thursday, 13:00–14:00",
        ),
        ({"repeat": "week"}, "FREQ=WEEKLY;BYDAY=WE", [25, 32, 39], "Every Wednesday"),
        (
            {"repeat": "week", "every": "2", "until": "2026-12-31"},
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;UNTIL=20261231",
            [25, 39, 53],
            "Every 2 weeks on Wednesday, until Thu 31 Dec 2026",
        ),
        ({"repeat": "month"}, "FREQ=MONTHLY;BYMONTHDAY=25", [25, 55, 86], "on the 25th"),
        ({"repeat": "nth"}, "FREQ=MONTHLY;BYDAY=4WE", [25, 53, 88], "on the fourth Wednesday"),
    ],
)
def test_repeating(
    salon: Salon,
    as_user: LogIn,
    repeat: dict[str, object],
    rrule: str,
    days: list[int],
    words: str,
) -> None:
    """``days`` count on from the last of October."""
    html = as_user(salon.alice).post(PAGE, typed(**repeat), follow=True).content.decode()
    assert TimeOffRule.objects.get().rrule == rrule
    starts = [datetime(2026, 10, 31, 11, tzinfo=UTC) + day * DAY for day in days]
    assert [start for start, _ in spans()[:3]] == starts
    assert words in html


def test_staff_take_themselves_out_and_nobody_else(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.bob)
    client.post(PAGE, typed(who=f"staff-{salon.bobs.pk}"))
    for who in ("", f"staff-{salon.tendai.pk}"):
        assert client.post(PAGE, typed(who=who, first="2026-11-26")).status_code == 422
    assert spans() == spans(staff=salon.bobs) == [(at(25, 11), at(25, 12))]


def test_staff_see_their_own_and_when_the_business_is_closed(salon: Salon, as_user: LogIn) -> None:
    owner = as_user(salon.alice)
    owner.post(PAGE, typed(who=f"staff-{salon.tendai.pk}", reason="Secret of Tendai"))
    owner.post(PAGE, typed(first="2026-11-26", reason="Secret of Alice"))
    html = as_user(salon.bob).get(PAGE).content.decode()
    assert "Thu 26 Nov, 13:00–14:00" in html
    assert "Wed 25 Nov" not in html
    assert "Secret" not in html
    for row in TimeOff.objects.all():
        assert f"{PAGE}{row.pk}/" not in html
        assert as_user(salon.bob).get(f"{PAGE}{row.pk}/").status_code == 404
        assert as_user(salon.bob).post(f"{PAGE}{row.pk}/remove/").status_code == 404
        assert as_user(salon.charlie).get(f"{PAGE}{row.pk}/").status_code == 404
        assert as_user(salon.charlie).post(f"{PAGE}{row.pk}/remove/").status_code == 404
    assert TimeOff.objects.count() == 2


def test_it_leads_to_those_it_affects(salon: Salon, as_user: LogIn) -> None:
    booked = make_appointment(salon.braids, salon.bobs, start=at(25, 11))
    client = as_user(salon.alice)
    for data in (typed(), typed(repeat="week")):
        response = client.post(PAGE, data, follow=True)
        assert response.redirect_chain[0][0].startswith("/provider/affected/?")
        assert "Guest Gumbo" in response.content.decode()
    booked.refresh_from_db()
    assert (booked.start, booked.status) == (at(25, 11), "confirmed")


def test_changing_one(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, typed(reason="Dentist"))
    page = f"{PAGE}{TimeOff.objects.get().pk}/"
    html = client.get(page).content.decode()
    assert all(f'value="{text}"' in html for text in ("2026-11-25", "13:00", "14:00", "Dentist"))
    assert client.post(page, typed(end="")).status_code == 422
    assert client.post(page, typed(start="15:00", end="16:00")).status_code == 303
    assert spans() == [(at(25, 13), at(25, 14))]


def test_changing_a_repetition_from_one_on(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, typed(repeat="week"))
    second = TimeOff.objects.order_by("start")[1]
    html = client.get(f"{PAGE}{second.pk}/").content.decode()
    assert "this and all that follow" in html
    assert '<option value="week" selected>' in html
    client.post(f"{PAGE}{second.pk}/", typed(first="2026-12-02", end="15:00", repeat="week"))
    hours = [(end - start) // HOUR for start, end in spans()[:4]]
    assert hours == [1, 2, 2, 2]


@pytest.mark.parametrize(("scope", "left"), [("this", 2), ("following", 1), ("all", 0)])
def test_giving_back(salon: Salon, as_user: LogIn, scope: str, left: int) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, typed(repeat="week", until="2026-12-09"))
    second = TimeOff.objects.order_by("start")[1]
    response = client.post(f"{PAGE}{second.pk}/remove/", {"scope": scope})
    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert TimeOff.objects.count() == left
    assert client.post(f"{PAGE}{second.pk}/remove/", {"scope": scope}).status_code == 404


def test_an_unknown_scope_removes_nothing(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, typed())
    page = f"{PAGE}{TimeOff.objects.get().pk}/remove/"
    assert client.post(page, {"scope": "everything"}).status_code == 404
    assert client.get(page).status_code == 405
    assert TimeOff.objects.count() == 1


# --- closed from now on ---------------------------------------------------------------------------


def test_no_power_closes_the_business_and_lists_the_affected(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + 2 * HOUR)
    client = as_user(salon.alice)
    assert f'action="{CLOSE}"' in client.get("/provider/").content.decode()
    response = client.post(CLOSE, {"until": "17:00", "reason": "No power"}, follow=True)
    [row] = TimeOff.objects.all()
    assert (row.start, row.end, row.staff, row.reason) == (NOW, at(24, 15), None, "No power")
    assert response.redirect_chain[0][0].startswith("/provider/affected/?from=2026-11-24")
    html = response.content.decode()
    assert "Guest Gumbo" in html
    assert "Closed until 17:00" in html


def test_staff_close_themselves(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.tendai, start=NOW + 2 * HOUR)
    response = as_user(salon.bob).post(CLOSE, {"until": "00:00"})
    assert response["Location"] == PAGE
    assert spans(staff=salon.bobs) == spans() == [(NOW, at(24, 22))]


@pytest.mark.parametrize("until", ["11:00", "12:00", "", "soon"])
def test_a_time_that_is_over_is_refused(salon: Salon, as_user: LogIn, until: str) -> None:
    response = as_user(salon.alice).post(CLOSE, {"until": until, "reason": "No power"})
    assert response.status_code == 422
    assert 'value="No power"' in response.content.decode()
    assert not TimeOff.objects.exists()


def test_queries_do_not_grow(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.alice), []
    for number in range(3):
        who = f"staff-{[salon.bobs, salon.marys, salon.tendai][number].pk}"
        client.post(PAGE, typed(who=who))
        client.post(PAGE, typed(who=who, repeat="week"))
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[2] == 8


def test_what_is_over_is_not_listed(salon: Salon, as_user: LogIn) -> None:
    TimeOff.objects.create(
        provider=salon.provider, start=NOW - DAY, end=NOW - timedelta(hours=1), reason="Past"
    )
    assert "Past" not in as_user(salon.alice).get(PAGE).content.decode()


def test_a_change_of_the_timezone_keeps_the_time_on_the_wall(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, typed(repeat="week"))
    client.post(PAGE, typed(first="2026-11-26"))
    profile = {
        "name": "Alice Salon",
        "category": salon.provider.category_id,
        "city": "Lagos",
        "country": "NG",
        "timezone": "Africa/Lagos",
        "currency": "USD",
        "slug": "salon",
    }
    assert client.post("/provider/profile/", profile).status_code in {302, 303}
    assert spans()[:2] == [(at(25, 12), at(25, 13)), (at(26, 12), at(26, 13))]


# --- the edges of the calendar and of the clock ---------------------------------------------------


@pytest.mark.parametrize("zone", ["Africa/Harare", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "far",
    [
        {"first": "9999-12-31"},
        {"first": "0001-01-01"},
        {"first": "9999-12-31", "all_day": "on"},
        {"first": "0001-01-01", "all_day": "on"},
        {"last": "9999-12-31", "all_day": "on"},
        {"first": "0001-01-01", "start": "00:00", "end": "01:00"},
        {"first": "9999-12-31", "all_day": "on", "repeat": "week"},
        {"first": "0001-01-03", "all_day": "on", "repeat": "week", "weekdays": list("0123456")},
    ],
)
def test_dates_at_the_ends_of_the_calendar_are_told(
    salon: Salon, as_user: LogIn, far: dict[str, object], zone: str
) -> None:
    salon.provider.timezone = zone
    salon.provider.save()
    response = as_user(salon.alice).post(PAGE, typed(**far))
    assert response.status_code == 422
    assert "within the next two years" in response.content.decode()
    assert not TimeOff.objects.exists()


def test_a_repetition_may_end_at_the_end_of_the_calendar(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    assert client.post(PAGE, typed(repeat="week", until="9999-12-31")).status_code == 303
    assert "until Fri 31 Dec 9999" in client.get(PAGE).content.decode()


def form_of(client: Client, row: TimeOff) -> dict[str, object]:
    initial: dict[str, object] = client.get(f"{PAGE}{row.pk}/").context["form"].initial
    return initial


def test_a_repetition_shows_its_own_time_where_the_clock_jumps_over_it(
    salon: Salon, as_user: LogIn
) -> None:
    """London, 28 March 2027: 01:15 is not there. Saving must not shift all that follow."""
    salon.provider.timezone = "Europe/London"
    salon.provider.save()
    client = as_user(salon.alice)
    client.post(PAGE, typed(first="2027-03-21", start="01:15", end="02:15", repeat="week"))
    row = TimeOff.objects.get(start__date="2027-03-28")
    assert row.end - row.start == timedelta(minutes=15)
    initial = form_of(client, row)
    assert (initial["start"], initial["end"], initial["all_day"]) == ("01:15", "02:15", False)
    before = spans()
    fields = {**initial, "weekdays": ["6"], "first": "2027-03-28"}
    del fields["last"], fields["until"], fields["all_day"]
    assert client.post(f"{PAGE}{row.pk}/", fields).status_code == 303
    assert spans() == before


@pytest.mark.parametrize("repeat", ["", "week"])
def test_all_day_is_all_day_where_midnight_is_missing(
    salon: Salon, as_user: LogIn, repeat: str
) -> None:
    """Cairo, 30 April 2027: the clock goes from midnight to one."""
    salon.provider.timezone = "Africa/Cairo"
    salon.provider.save()
    client = as_user(salon.alice)
    data = typed(first="2027-04-30", all_day="on", start="", end="", repeat=repeat)
    client.post(PAGE, data | ({} if repeat else {"last": "2027-05-02"}))
    row = TimeOff.objects.earliest("start")
    assert row.start == datetime(2027, 4, 29, 22, tzinfo=UTC)
    initial = form_of(client, row)
    assert (initial["all_day"], initial["start"], initial["end"]) == (True, "", "")
    assert str(initial["last"]) == ("None" if repeat else "2027-05-02")
    html = client.get(f"{PAGE}{row.pk}/").content.decode()
    assert ("Fri 30 Apr 2027" if repeat else "Fri 30 Apr 2027 – Sun 2 May 2027") in html


def test_the_day_before_a_missing_midnight_ends_on_its_own_date(
    salon: Salon, as_user: LogIn
) -> None:
    salon.provider.timezone = "Africa/Cairo"
    salon.provider.save()
    client = as_user(salon.alice)
    client.post(PAGE, typed(first="2027-04-29", all_day="on", start="", end=""))
    initial = form_of(client, TimeOff.objects.get())
    assert (str(initial["first"]), initial["last"], initial["all_day"]) == (
        "2027-04-29",
        None,
        True,
    )


def test_until_midnight_can_be_saved_again(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, typed(end="00:00"))
    row, before = TimeOff.objects.get(), spans()
    initial = form_of(client, row)
    assert (initial["start"], initial["end"], initial["last"]) == ("13:00", "00:00", None)
    assert client.post(f"{PAGE}{row.pk}/", typed(end="00:00")).status_code == 303
    assert spans() == before


# --- closed already -------------------------------------------------------------------------------


def test_closing_again_a_minute_later_changes_nothing(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    data = {"until": "17:00", "reason": "No power"}
    client.post(CLOSE, data)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert "Closed until 17:00" in client.post(CLOSE, data, follow=True).content.decode()
        shorter = client.post(CLOSE, {"until": "16:00"}, follow=True)
    assert "Closed already, until Tue 24 Nov, 17:00." in shorter.content.decode()
    assert spans() == [(NOW, at(24, 15))]


@pytest.mark.parametrize("reason", ["", "No power"])
def test_closing_for_longer_makes_it_longer(salon: Salon, as_user: LogIn, reason: str) -> None:
    client = as_user(salon.alice)
    client.post(CLOSE, {"until": "15:00", "reason": "No power"})
    with time_machine.travel(NOW + HOUR, tick=False):
        client.post(CLOSE, {"until": "17:00", "reason": reason})
    assert spans(reason="No power") == spans() == [(NOW, at(24, 15))]


def test_closing_for_longer_for_another_reason_follows(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(CLOSE, {"until": "15:00", "reason": "No power"})
    client.post(CLOSE, {"until": "17:00", "reason": "Funeral"})
    assert spans() == [(NOW, at(24, 13)), (at(24, 13), at(24, 15))]


def test_somebody_who_is_off_does_not_close_the_business(salon: Salon, as_user: LogIn) -> None:
    as_user(salon.bob).post(CLOSE, {"until": "17:00"})
    as_user(salon.alice).post(CLOSE, {"until": "17:00"})
    assert TimeOff.objects.count() == 2
