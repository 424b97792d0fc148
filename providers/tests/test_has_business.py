"""`has_business` in templates: right for everybody, and cheap."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from customers.models import User
from project.context import business
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db


def ask(user: User | AnonymousUser | None) -> tuple[bool, int]:
    """Return the answer, and the queries that it cost when asked twice."""
    request: HttpRequest = RequestFactory().get("/")
    if user is not None:
        request.user = user
    with CaptureQueriesContext(connection) as queries:
        answer = business(request)["has_business"]
        asked = [bool(answer), bool(answer)]
    assert asked[0] == asked[1]
    return asked[0], len(queries)


def test_owner_manager_and_staff_have_one(salon: Salon) -> None:
    assert [ask(user) for user in (salon.alice, salon.mary, salon.bob)] == [(True, 1)] * 3


def test_customer_has_none(salon: Salon) -> None:
    assert ask(salon.dana) == (False, 1)


def test_visitors_cost_nothing(salon: Salon) -> None:
    assert ask(AnonymousUser()) == (False, 0)
    assert ask(None) == (False, 0)


def test_it_costs_nothing_until_a_template_asks(salon: Salon) -> None:
    request = RequestFactory().get("/")
    request.user = salon.alice
    with CaptureQueriesContext(connection) as queries:
        business(request)
    assert len(queries) == 0
