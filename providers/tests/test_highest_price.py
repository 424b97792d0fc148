"""A price is so low that a booking of all seats for a whole day can keep what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from booking.tests.cast import make_provider
from customers.models import User
from project.tests.admin_pages import change_url, posted
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]


def typed(salon: Salon, **changes: Any) -> dict[str, Any]:
    """What a browser would send for a new service, with changes."""
    values = {
        "name": "Gold",
        "category": salon.provider.category_id,
        "duration_hours": "1",
        "pricing": "fixed",
        "seats": "1",
        "needs_staff": "True",
        "staff": [salon.bobs.pk],
    }
    return values | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price": "1999999999", "seats": "5"}, ""),
        (
            {"price": "2000000000", "seats": "5"},
            "This is too much: at most 1,999,999,999 for each person.",
        ),
        ({"price": "416666666", "pricing": "hourly"}, ""),
        (
            {"price": "416666667", "pricing": "hourly"},
            "This is too much: at most 416,666,666 an hour.",
        ),
        (
            {"price": "416667", "pricing": "hourly", "seats": "1000"},
            "This is too much: at most 416,666 for each person an hour.",
        ),
    ],
)
def test_a_price_fits_a_booking_of_all_seats_for_a_day(
    salon: Salon, as_user: LogIn, changes: dict[str, str], said: str
) -> None:
    response = as_user(salon.alice).post("/provider/services/new/", typed(salon, **changes))
    assert response.status_code == (422 if said else 303)
    assert said in response.content.decode()


def test_administrators_are_refused_such_a_price_too(admin_client: Client, salon: Salon) -> None:
    url = change_url(salon.braids)
    data = posted(admin_client.get(url)) | {"price": "9999999999.99", "staff": [salon.bobs.pk]}
    response = admin_client.post(url, data)
    assert "at most 9,999,999,999." in response.content.decode()


@pytest.mark.parametrize(
    ("pricing", "price", "said"),
    [
        ("fixed", "9999999999", ""),
        ("fixed", "9999999999.99", "This is too much: at most 9,999,999,999."),
        ("hourly", "416666666", ""),
        ("hourly", "416666667", "This is too much: at most 416,666,666 an hour."),
    ],
)
def test_a_price_that_no_booking_could_keep_is_refused(
    salon: Salon, as_user: LogIn, pricing: str, price: str, said: str
) -> None:
    make_provider(salon.dana, slug="draft", published=False)
    typed = {"name": "Gold", "duration": "45", "alone": "no", "pricing": pricing, "price": price}
    answer = as_user(salon.dana).post("/provider/start/service/", typed)
    assert answer.status_code == (422 if said else 303)
    if said:
        assert said in answer.content.decode()
