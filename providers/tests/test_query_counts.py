"""Literal numbers of queries, the same for a quiet week and a full one."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Status
from booking.tests.cast import make_user
from customers.models import User
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
STATUSES = [Status.COMPLETED, Status.PENDING, Status.CONFIRMED]


def fill(salon: Salon, number: int) -> Appointment:
    """Make ``number`` appointments of different people, spread over yesterday to tomorrow."""

    def starts() -> Iterator[tuple[int, float]]:
        yield from ((n, -10 + 40 * n / number) for n in range(number))

    made = [
        make_appointment(
            salon.braids,
            None,
            start=NOW + hours * HOUR,
            status=STATUSES[n % 3],
            customer=make_user() if n % 2 else None,
        )
        for n, hours in starts()
    ]
    return made[0]


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("number", [3, 60])
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/provider/", 7),
        ("/provider/appointments/", 7),
        ("/provider/appointments/?status=pending", 7),
        ("/provider/appointments/?status=past", 7),
    ],
)
def test_lists(salon: Salon, as_user: LogIn, number: int, url: str, expected: int) -> None:
    fill(salon, number)
    assert count(as_user(salon.alice), url) == expected


@pytest.mark.parametrize("number", [3, 60])
def test_htmx_board(salon: Salon, as_user: LogIn, number: int) -> None:
    fill(salon, number)
    client = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        client.get("/provider/", headers={"HX-Request": "true", "HX-Target": "board"})
    assert len(queries) == 7


@pytest.mark.parametrize("number", [3, 60])
@pytest.mark.parametrize(("page", "expected"), [("", 7), ("decline/", 5), ("reschedule/", 11)])
def test_one_appointment(
    salon: Salon, as_user: LogIn, number: int, page: str, expected: int
) -> None:
    fill(salon, number)
    own = make_appointment(salon.braids, salon.bobs, start=NOW + DAY, status=Status.PENDING)
    assert count(as_user(salon.alice), f"/provider/appointments/{own.pk}/{page}") == expected


@pytest.mark.parametrize("businesses", [1, 4])
def test_belonging_to_more_businesses_costs_nothing(
    salon: Salon, as_user: LogIn, businesses: int
) -> None:
    for number in range(1, businesses):
        salon.provider.pk, salon.provider.slug = None, f"salon-{number}"  # a copy
        salon.provider.save()
    assert count(as_user(salon.alice), "/provider/?business=salon") == 7
