"""/provider/affected/: appointments where nobody is any more, answered in one form."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.domain.actors import Actor
from booking.domain.lifecycle import cancel
from booking.models import Appointment, AppointmentEvent
from booking.tests.cast import make_resource
from customers.models import User
from providers.models import TimeOff, TimeOffRule
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
PAGE = "/provider/affected/"
START, END = NOW + DAY, NOW + DAY + 4 * HOUR  # Wednesday, 12:00 to 16:00


def page(**params: str) -> str:
    return f"{PAGE}?{urlencode({'from': START.isoformat(), 'until': END.isoformat()} | params)}"


def three(salon: Salon) -> list[Appointment]:
    """Of Bob, Tendai and Bob again, an hour each from noon on."""
    people = [salon.bobs, salon.tendai, salon.bobs]
    return [
        make_appointment(salon.braids, one, start=START + n * HOUR, guest_name=f"Guest {n}")
        for n, one in enumerate(people)
    ]


def close(salon: Salon) -> None:
    TimeOff.objects.create(provider=salon.provider, start=START, end=END)


def given(*choices: tuple[Appointment, str], to: datetime | None = None) -> dict[str, str]:
    data = {}
    for appointment, choice in choices:
        data[f"answer-{appointment.pk}"] = choice
        data[f"seen-{appointment.pk}"] = appointment.start.isoformat()
        if to is not None:
            data[f"to-{appointment.pk}"] = to.isoformat()
    return data


def actions(appointment: Appointment) -> list[str]:
    return list(appointment.events.order_by("pk").values_list("action", flat=True))[1:]


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize(
    "params", [{"from": "", "until": ""}, {"from": "x"}, {"until": "2026-11-26"}]
)
def test_without_a_time_nobody_is_affected(
    salon: Salon, as_user: LogIn, params: dict[str, str]
) -> None:
    three(salon)
    html = as_user(salon.alice).get(page(**params)).content.decode()
    assert "No appointment is affected" in html
    assert "Guest" not in html


def test_each_has_the_nearest_free_start_with_the_same_person(salon: Salon, as_user: LogIn) -> None:
    three(salon)
    close(salon)
    html = as_user(salon.alice).get(page()).content.decode()
    assert html.count('value="keep" checked') == 3
    assert [html.count(f"to Wed 25 Nov, {face}") for face in ("11:00", "16:00")] == [2, 1]


def test_all_four_answers_in_one_form(salon: Salon, as_user: LogIn) -> None:
    first, second, third = three(salon)
    fourth = make_appointment(salon.braids, salon.marys, start=START)
    close(salon)
    data = given((first, "move"), to=START - HOUR)
    data |= given((second, "cancel"), (third, "ask"), (fourth, "keep")) | {"reason": "No power"}
    response = as_user(salon.alice).post(page(), data, follow=True)
    assert response.redirect_chain == [("/provider/time-off/", 303)]
    told = "1 moved, 1 cancelled, 1 asked to choose another time, 1 kept"
    assert all(part in response.content.decode() for part in told.split(", "))
    first.refresh_from_db()
    assert (first.start, first.staff) == (START - HOUR, salon.bobs)
    assert [actions(each) for each in (first, second, third, fourth)] == [
        ["rescheduled"],
        ["cancelled"],
        ["asked"],
        [],
    ]
    reasons = AppointmentEvent.objects.filter(action__in=["cancelled", "asked"])
    assert set(reasons.values_list("reason", flat=True)) == {"No power"}


def test_those_that_fail_are_listed_and_the_others_are_done(salon: Salon, as_user: LogIn) -> None:
    first, second, third = three(salon)
    close(salon)
    taken = make_appointment(salon.braids, salon.bobs, start=START - HOUR)
    cancel(third, by=Actor.provider(salon.alice), now=NOW)
    data = given((first, "move"), to=taken.start) | given((second, "cancel"), (third, "ask"))
    response = as_user(salon.alice).post(page(), data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "2 could not be done" in html
    assert "already: cancelled" in html
    assert "just been taken" in html
    assert "1 cancelled." in html
    assert [actions(each) for each in (first, second, third)] == [[], ["cancelled"], ["cancelled"]]


def test_sending_it_twice_does_it_once(salon: Salon, as_user: LogIn) -> None:
    first, second, _ = three(salon)
    data = given((first, "move"), to=START - 2 * HOUR) | given((second, "ask"))
    for _ in range(2):
        assert as_user(salon.alice).post(page(), data).status_code == 303
    assert [actions(first), actions(second)] == [["rescheduled"], ["asked"]]


@pytest.mark.parametrize("choice", ["ask", "cancel"])
def test_the_same_answer_for_all(salon: Salon, as_user: LogIn, choice: str) -> None:
    booked = three(salon)
    data = given(*((each, "keep") for each in booked)) | {"all": choice}
    as_user(salon.mary).post(page(), data)
    assert [actions(each) for each in booked] == [[{"ask": "asked"}.get(choice, "cancelled")]] * 3


def test_those_asked_already_are_marked(salon: Salon, as_user: LogIn) -> None:
    first, *_ = three(salon)
    client = as_user(salon.alice)
    client.post(page(), given((first, "ask")))
    assert client.get(page()).content.decode().count("<b>asked Tue 24 Nov, 12:00</b>") == 1


def test_staff_answer_for_themselves_alone(salon: Salon, as_user: LogIn) -> None:
    first, second, third = three(salon)
    client = as_user(salon.bob)
    html = client.get(page()).content.decode()
    assert ["Guest 0" in html, "Guest 1" in html, "Guest 2" in html] == [True, False, True]
    assert client.get(page(staff=str(salon.tendai.pk))).status_code == 404
    client.post(page(), given((first, "cancel"), (second, "cancel")))
    assert [actions(each) for each in (first, second, third)] == [["cancelled"], [], []]


def test_strangers_touch_nothing(salon: Salon, as_user: LogIn) -> None:
    booked = three(salon)
    data = given(*((each, "cancel") for each in booked))
    assert as_user(salon.dana).post(page(), data).status_code == 404
    assert as_user(salon.charlie).post(page(business="salon"), data).status_code == 404
    as_user(salon.charlie).post(page(), data)  # at his own business
    assert [actions(each) for each in booked] == [[], [], []]


def test_an_answer_that_cannot_be_read_is_a_problem_of_its_row(
    salon: Salon, as_user: LogIn
) -> None:
    first, second, third = three(salon)
    data = given((first, "cancel"), (second, "explode")) | {f"answer-{third.pk}": "cancel"}
    response = as_user(salon.alice).post(page(), data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "1 cancelled." in html
    assert html.count("Please choose what becomes of this one.") == 2
    assert html.count('value="keep" checked') == 1  # of the one that exploded
    assert [actions(each) for each in (first, second, third)] == [["cancelled"], [], []]


def test_what_is_more_than_one_page_shows_is_told_and_left_alone(
    salon: Salon, as_user: LogIn
) -> None:
    booked = [make_appointment(salon.braids, salon.bobs, start=START + n * HOUR) for n in range(28)]
    late = page(until=(START + 2 * DAY).isoformat())
    data = given(*((each, "cancel") for each in reversed(booked)))
    response = as_user(salon.alice).post(late, data, follow=True)
    assert response.redirect_chain == [(late, 303)]
    html = response.content.decode()
    assert "25 cancelled." in html
    assert "At most 25 at once: 3 more are as they were." in html
    assert [bool(actions(each)) for each in booked] == [True] * 25 + [False] * 3


@pytest.mark.parametrize("zone", ["Africa/Harare", "America/New_York", "Pacific/Kiritimati"])
def test_the_ends_of_the_calendar_are_only_far_away(
    salon: Salon, as_user: LogIn, zone: str
) -> None:
    first, *_ = three(salon)
    salon.provider.timezone = zone
    salon.provider.save()
    client = as_user(salon.alice)
    dawn, dusk = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
    far = page(**{"from": dawn, "until": dusk})
    assert "Guest 0" in client.get(far).content.decode()
    for edge in (dawn, dusk):
        assert "Guest" not in client.get(page(**{"from": edge, "until": edge})).content.decode()
        moved = given((first, "move")) | {f"to-{first.pk}": edge}
        assert client.post(far, moved).status_code == 409
        seen = given((first, "cancel")) | {f"seen-{first.pk}": edge}
        assert client.post(far, seen).status_code == 409
    assert actions(first) == []


def test_of_what_is_not_there_nothing_is_found(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    for wrong in ({"resource": "0"}, {"resource": "x"}, {"rule": "1"}, {"staff": "9"}):
        assert client.get(page(**wrong)).status_code == 404


def test_of_one_person_one_resource_or_one_repetition(salon: Salon, as_user: LogIn) -> None:
    first, second, _ = three(salon)
    room = make_resource(salon.provider)
    second.session.resources.add(room)
    rule = TimeOffRule.objects.create(
        provider=salon.provider, rrule="FREQ=DAILY", first=NOW.date(), start_minute=0, end_minute=60
    )
    TimeOff.objects.create(provider=salon.provider, rule=rule, start=START, end=START + HOUR)
    client = as_user(salon.alice)
    asked = {
        page(staff=str(salon.bobs.pk)): [True, False, True],
        page(resource=str(room.pk)): [False, True, False],
        f"{PAGE}?rule={rule.pk}": [True, False, False],
    }
    for url, expected in asked.items():
        html = client.get(url).content.decode()
        assert [f"Guest {n}" in html for n in range(3)] == expected
    assert as_user(salon.bob).get(f"{PAGE}?rule={rule.pk}").status_code == 404
    assert first.status == "confirmed"


def test_queries_do_not_grow(salon: Salon, as_user: LogIn) -> None:
    client, counts = as_user(salon.alice), []
    for number in range(3):
        make_appointment(salon.braids, salon.bobs, start=START + number * HOUR)
        with CaptureQueriesContext(connection) as queries:
            client.get(page())
        counts.append(len(queries))
    assert counts[0] == counts[2] == 13
