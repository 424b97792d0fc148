"""What the tests of the provider's pages share."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from customers.models import User
from providers.tests.salon import NOW, Salon, make_salon


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """It is Tuesday noon in Harare."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def salon(db: None) -> Salon:
    """The salon and its people."""
    return make_salon()


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """Return a browser in which that person is logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in
