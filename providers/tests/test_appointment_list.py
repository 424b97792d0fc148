"""/provider/appointments/: requests, what is coming, and the past."""

from collections.abc import Callable

import pytest
from django.test import Client

from booking.models import Appointment, Status
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment
from providers.tests.test_dashboard import rows

pytestmark = pytest.mark.django_db
URL = "/provider/appointments/"

LogIn = Callable[[User], Client]


@pytest.fixture
def many(salon: Salon) -> dict[str, Appointment]:
    return {
        "pending": make_appointment(
            salon.braids, salon.bobs, start=NOW + DAY, status=Status.PENDING
        ),
        "confirmed": make_appointment(salon.braids, salon.bobs, start=NOW + 2 * DAY),
        "over": make_appointment(salon.braids, salon.bobs, start=NOW - DAY),
        "completed": make_appointment(
            salon.braids, salon.bobs, start=NOW - 2 * DAY, status=Status.COMPLETED
        ),
        "cancelled": make_appointment(
            salon.braids, salon.bobs, start=NOW + 3 * DAY, status=Status.CANCELLED
        ),
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", ["pending"]),
        ("confirmed", ["confirmed"]),
        ("past", ["cancelled", "over", "completed"]),
    ],
)
def test_each_tab_lists_its_own(
    salon: Salon, as_user: LogIn, many: dict[str, Appointment], status: str, expected: list[str]
) -> None:
    html = as_user(salon.alice).get(URL, {"status": status}).content.decode()
    assert rows(html) == [many[name].pk for name in expected]


def test_without_a_tab_it_shows_what_is_coming(
    salon: Salon, as_user: LogIn, many: dict[str, Appointment]
) -> None:
    html = as_user(salon.alice).get(URL).content.decode()
    assert rows(html) == [many["confirmed"].pk]


@pytest.mark.parametrize("status", ["everything", "", "PENDING", "\x00", "past'"])
def test_unknown_tab_is_404(salon: Salon, as_user: LogIn, status: str) -> None:
    assert as_user(salon.alice).get(URL, {"status": status}).status_code == 404


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "No open requests"),
        ("confirmed", "Nothing is coming up"),
        ("past", "No past appointments"),
    ],
)
def test_empty_tabs_say_so(salon: Salon, as_user: LogIn, status: str, words: str) -> None:
    assert words in as_user(salon.alice).get(URL, {"status": status}).content.decode()


def test_pages_hold_twenty_and_keep_the_tab(salon: Salon, as_user: LogIn) -> None:
    made = [make_appointment(salon.braids, salon.bobs, start=NOW - n * DAY) for n in range(1, 24)]
    client = as_user(salon.alice)
    first = client.get(URL, {"status": "past"}).content.decode()
    second = client.get(URL, {"status": "past", "page": "2"}).content.decode()
    assert rows(first) == [each.pk for each in made[:20]]
    assert rows(second) == [each.pk for each in made[20:]]
    assert 'href="?status=past&amp;page=2"' in first


@pytest.mark.parametrize("page", ["0", "-1", "zzz", "99999999999999999999", "\x00", ""])
def test_bad_page_numbers_show_a_page(salon: Salon, as_user: LogIn, page: str) -> None:
    appointment = make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    response = as_user(salon.alice).get(URL, {"page": page})
    assert response.status_code == 200
    assert rows(response.content.decode()) == [appointment.pk]


def test_htmx_gets_the_list_alone(
    salon: Salon, as_user: LogIn, many: dict[str, Appointment]
) -> None:
    headers = {"HX-Request": "true", "HX-Target": "list"}
    html = as_user(salon.alice).get(URL, {"status": "past"}, headers=headers).content.decode()
    assert len(rows(html)) == 3
    assert "<html" not in html


def test_person_without_a_business_gets_404(salon: Salon, as_user: LogIn) -> None:
    assert as_user(salon.dana).get(URL).status_code == 404


def test_only_the_chosen_business_is_listed(salon: Salon, as_user: LogIn) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + HOUR)
    assert rows(as_user(salon.charlie).get(URL).content.decode()) == []
