"""The person of a session: read at each page, and only while they may log in."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import make_user
from customers.backends import Backend
from customers.models import User

pytestmark = pytest.mark.django_db


def test_it_is_the_person_as_stored() -> None:
    dana = make_user("dana@example.com", name="Dana", reminder_leads=[60])
    found = Backend().get_user(dana.pk)
    assert found == dana
    assert found is not None
    assert found.__dict__ | {"_state": None} == User.objects.get().__dict__ | {"_state": None}


def test_it_costs_one_query() -> None:
    dana = make_user()
    Backend().get_user(dana.pk)
    with CaptureQueriesContext(connection) as queries:
        Backend().get_user(dana.pk)
    assert len(queries) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"pk": None}])
def test_whoever_may_not_log_in_is_nobody(client: Client, change: dict[str, object]) -> None:
    dana = make_user()
    client.force_login(dana)
    assert client.get("/me/").status_code == 200
    if "pk" in change:
        dana.delete()
    else:
        User.objects.update(is_active=False)
    assert client.get("/me/").status_code == 302
