"""What the tests of the customer's pages share."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from providers.tests.salon import NOW, Salon, make_salon


@pytest.fixture
def noon() -> Iterator[None]:
    """It is Tuesday noon in Harare."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def salon(db: None, noon: None) -> Salon:
    """The salon where Dana is a customer."""
    return make_salon()


@pytest.fixture
def dana(salon: Salon) -> Client:
    """Dana's browser."""
    client = Client()
    client.force_login(salon.dana)
    return client


@pytest.fixture
def fresh_counters(db: None) -> Iterator[None]:
    """No rate limit has counted anything yet."""
    cache.clear()
    yield
    cache.clear()
