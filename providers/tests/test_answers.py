"""Several requests answered in one go, each by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from booking.models import Appointment, AppointmentEvent, Status
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db
URL = "/provider/appointments/answer/"
LIST = "/provider/appointments/?status=pending"

LogIn = Callable[[User], Browser]


@pytest.fixture
def three(salon: Salon) -> list[Appointment]:
    return [
        make_appointment(
            *(salon.braids, salon.bobs),
            start=NOW + DAY + number * 2 * HOUR,
            status=Status.PENDING,
            guest_name=f"Guest {number}",
        )
        for number in range(3)
    ]


def statuses(appointments: list[Appointment]) -> list[str]:
    return [Appointment.objects.get(pk=one.pk).status for one in appointments]


def said(browser: Browser) -> list[str]:
    return [str(each) for each in browser.get(LIST).context["messages"]]


def answer(browser: Browser, which: list[Appointment], answer: str, **more: str) -> Any:
    data = {"appointment": [one.pk for one in which], "answer": answer} | more
    return browser.post(URL, data)


def test_the_ticked_are_accepted(salon: Salon, as_user: LogIn, three: list[Appointment]) -> None:
    browser = as_user(salon.alice)
    response = answer(browser, three[:2], "accept", next=LIST)
    assert (response.status_code, response["Location"]) == (303, LIST)
    assert statuses(three) == ["confirmed", "confirmed", "pending"]
    assert said(browser) == ["2 requests accepted."]


def test_the_ticked_are_declined_with_the_reason(
    salon: Salon, as_user: LogIn, three: list[Appointment]
) -> None:
    browser = as_user(salon.alice)
    answer(browser, three[1:], "decline", reason="We are closed")
    assert statuses(three) == ["pending", "declined", "declined"]
    reasons = AppointmentEvent.objects.filter(to_status="declined").values_list("reason", flat=True)
    assert list(reasons) == ["We are closed", "We are closed"]
    assert said(browser) == ["2 requests declined."]


def test_one_that_fails_stops_no_other_and_says_why(
    salon: Salon, as_user: LogIn, three: list[Appointment]
) -> None:
    browser = as_user(salon.alice)
    browser.post(f"/provider/appointments/{three[1].pk}/decline/")
    browser.get(LIST)
    answer(browser, three, "accept")
    assert statuses(three) == ["confirmed", "declined", "confirmed"]
    first, second = said(browser)
    assert first == "2 requests accepted."
    assert second.startswith("Not accepted: Guest 1, Wed 25 Nov, 14:00. ")


def test_a_repeat_is_harmless(salon: Salon, as_user: LogIn, three: list[Appointment]) -> None:
    browser = as_user(salon.alice)
    for _ in range(2):
        answer(browser, three, "accept")
    assert statuses(three) == ["confirmed"] * 3
    assert AppointmentEvent.objects.filter(to_status="confirmed").count() == 3


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"answer": "accept"},
        {"answer": "explode", "appointment": ["1"]},
        {"answer": "accept", "appointment": ["x", "-1", "\x00", "9" * 40]},
    ],
)
def test_nonsense_changes_nothing(
    salon: Salon, as_user: LogIn, three: list[Appointment], data: dict[str, object]
) -> None:
    browser = as_user(salon.alice)
    assert browser.post(URL, data).status_code == 303
    assert statuses(three) == ["pending"] * 3


def test_nobody_answers_for_others(salon: Salon, as_user: LogIn, three: list[Appointment]) -> None:
    colleagues = make_appointment(
        salon.braids, salon.tendai, start=NOW + 2 * DAY, status=Status.PENDING
    )
    answer(as_user(salon.charlie), three, "accept")
    assert answer(as_user(salon.dana), three, "accept").status_code == 404
    answer(as_user(salon.bob), [colleagues], "accept")
    assert statuses([*three, colleagues]) == ["pending"] * 4


def test_staff_answer_their_own(salon: Salon, as_user: LogIn, three: list[Appointment]) -> None:
    answer(as_user(salon.bob), three, "accept")
    assert statuses(three) == ["confirmed"] * 3


def test_only_what_waits_can_be_ticked(
    salon: Salon, as_user: LogIn, three: list[Appointment]
) -> None:
    done = make_appointment(salon.braids, salon.bobs, start=NOW + 2 * DAY)
    html = as_user(salon.alice).get(LIST).content.decode()
    assert html.count('name="appointment"') == 3
    html = as_user(salon.alice).get("/provider/appointments/").content.decode()
    assert f"appointment-{done.pk}" in html
    assert 'name="appointment"' not in html


def test_nobody_is_sent_to_another_site(
    salon: Salon, as_user: LogIn, three: list[Appointment]
) -> None:
    response = answer(as_user(salon.alice), three, "accept", next="//evil.example/")
    assert response["Location"] == LIST
