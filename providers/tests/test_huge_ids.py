"""Ids that no database row can have, in the boxes of the business's forms."""

from collections.abc import Callable

import pytest
from django.test import Client

from customers.models import User
from providers.models import Service, Staff
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
ODD = ["9" * 30, "99999999999999999999", "٣", "-1", "x", "\x00"]


def service_form(salon: Salon, **typed: object) -> dict[str, object]:
    return {
        "name": "Twist",
        "category": salon.provider.category_id,
        "duration_hours": "1",
        "duration_minutes": "",
        "price": "10",
        "pricing": "fixed",
        "seats": "1",
        "needs_staff": "True",
    } | typed


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("box", ["staff", "resources"])
def test_of_a_service(salon: Salon, as_user: LogIn, box: str, odd: str) -> None:
    client, before = as_user(salon.alice), Service.objects.count()
    for url in ("/provider/services/new/", f"/provider/services/{salon.braids.pk}/"):
        response = client.post(url, service_form(salon, **{box: [odd]}))
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [box]
    assert Service.objects.count() == before
    assert salon.braids.staff.count() == 3


@pytest.mark.parametrize("odd", ODD)
def test_of_a_member(salon: Salon, as_user: LogIn, odd: str) -> None:
    client, before = as_user(salon.alice), Staff.objects.count()
    for url in ("/provider/team/new/", f"/provider/team/{salon.bobs.pk}/"):
        response = client.post(url, {"name": "Bob", "role": "staff", "services": [odd]})
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["services"]
    assert Staff.objects.count() == before


@pytest.mark.parametrize("odd", [*ODD, ""])
def test_of_a_resource_to_rent(salon: Salon, as_user: LogIn, odd: str) -> None:
    response = as_user(salon.alice).get("/provider/services/new/", {"resource": odd})
    assert response.status_code == 404


@pytest.mark.parametrize("odd", [*ODD, "0009", "0" * 5000, "9"])
def test_of_an_idea_is_the_first_one(salon: Salon, as_user: LogIn, odd: str) -> None:
    salon.provider.published = False
    salon.provider.save()
    client = as_user(salon.alice)
    page = "/provider/start/service/"
    assert client.get(page, {"idea": odd}).status_code == client.get(page).status_code == 200
