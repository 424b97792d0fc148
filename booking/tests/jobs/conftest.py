"""The salon and its moment."""

from collections.abc import Iterator

import pytest
import time_machine

from booking.tests.jobs.salon import NOW, Salon, make_salon


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    """Mon 23 Nov 2026, 10:00 in Harare; the clock stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def salon(db: None) -> Salon:
    """Confirms bookings by itself."""
    return make_salon()


@pytest.fixture
def asking_salon(db: None) -> Salon:
    """Accepts or declines each request."""
    return make_salon(auto_confirm=False)
